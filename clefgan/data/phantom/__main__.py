"""`python -m clefgan.data.phantom sheet.png`: a picture of the phantom."""

import argparse
from pathlib import Path

from clefgan.data.phantom.challenge import LEAK
from clefgan.data.phantom.sheet import save


def main(arguments: list[str] | None = None) -> None:
    """Draw a sheet of the phantom."""
    parser = argparse.ArgumentParser(prog="python -m clefgan.data.phantom", description=__doc__)
    parser.add_argument("sheet", type=Path, help="the PNG to write")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--leak", type=float, default=LEAK, help="share of near copies, 0 to 1")
    options = parser.parse_args(arguments)
    save(options.sheet, seed=options.seed, leak=options.leak)


if __name__ == "__main__":
    main()
