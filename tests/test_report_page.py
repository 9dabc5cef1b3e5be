"""The report page: whole, self-contained, accessible, and deaf to what users write."""

import base64
import hashlib
import re
import time
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from clefgan import __version__
from clefgan.report import sheet
from clefgan.report.files import exports
from clefgan.report.gallery import Gallery, Picture, SureCalls
from clefgan.report.page import document, glossary, notes, page
from clefgan.report.page import imprint as imprints
from clefgan.report.page.charts import frame, tables
from clefgan.report.page.charts import run as charts
from clefgan.report.page.markup import Markup, tag
from clefgan.report.part import Part
from evaluation import metrics
from evaluation.boards import leaderboard
from evaluation.runs import Panel, Run

HOSTILE = "</title><script>alert('x')</script>\"><img src=x onerror=alert(1)>"
VOID = {"meta", "img", "input", "br", "link"}


class Reader(HTMLParser):
    """Counts elements and checks that they close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append((name, dict(attributes)))
        if name not in VOID:
            self.open.append(name)

    def handle_startendtag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append((name, dict(attributes)))

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for seen, attributes in self.seen if seen == name]


def panel(runs: int, n: int = 40, *, scored: bool = True) -> Panel:
    rng = np.random.default_rng(0)
    truth = np.arange(n) % 2 == 0
    found = {}
    for number in range(runs):
        values = rng.normal(size=n) + truth * number / 2
        name = HOSTILE if number == 0 else f"run {number}"
        found[name] = Run(values > 0, values if scored else None, knowledge=f"S{number % 2}")
    return Panel(truth, found)


def part(given: Panel, **others: object) -> Part:
    board = leaderboard.build(given, resamples=100, published={HOSTILE: (5, 5, 5, 5)})
    return Part(HOSTILE, board, given, (HOSTILE,), **others)  # type: ignore[arg-type]


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


def galleries() -> tuple[Gallery, ...]:
    own = Picture(HOSTILE, "data:image/png;base64,AA==")
    sure = SureCalls(own, (own, own), 1.5, called=True, truth=False)
    return (Gallery(HOSTILE, (sure,), (sure,)),)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return read(page.html(HOSTILE, [part(panel(3), galleries=galleries())]))


def test_text_of_users_is_shown_and_never_obeyed(reader: Reader) -> None:
    assert len(reader.all("script")) == 1
    images = reader.all("img")
    assert all((image["src"] or "").startswith("data:image/png;base64,") for image in images)
    assert not any("onerror" in attributes for _, attributes in reader.seen)
    assert sum(HOSTILE in words for words in reader.words) >= 8


def test_nothing_is_fetched(reader: Reader) -> None:
    addresses = [
        value
        for _, attributes in reader.seen
        for key, value in attributes.items()
        if key in ("src", "href", "action", "data", "poster", "srcset") and value
    ]
    assert addresses
    assert all(address.startswith(("#", "data:")) for address in addresses)
    style = document.asset("page.css")
    assert "url(" not in style
    assert "@import" not in style


def test_many_notes_fold_away() -> None:
    few, many = (notes.said(["A finding."], [f"note {i}" for i in range(n)]) for n in (5, 6))
    assert "<details>" not in few
    assert few.count("<li") == 6
    assert "<summary>6 notes" in many
    assert many.count("<li") == 7
    assert many.index("A finding.") < many.index("<details>") < many.index("note 0")


def test_the_page_says_who_made_it_when_and_carries_its_tables() -> None:
    given = part(panel(1))
    imprint = imprints.Imprint("org@uni.example", date(2026, 1, 31))
    text = page.html("Our Board", [replace(given, links={HOSTILE: "https://a.example/x"})], imprint)
    assert f"Made on 2026-01-31 with clefgan {__version__}" in text
    links = {found["href"]: found for found in read(text).all("a")}
    assert {"mailto:org@uni.example", "https://a.example/x"} <= set(links)
    files = {found["download"]: found["href"] for found in links.values() if "download" in found}
    assert set(files) == {"our-board.csv", "our-board.json", "our-board.md"}
    held = base64.b64decode((files["our-board.csv"] or "").partition(",")[2]).decode()
    shown = sheet.of(given.board, given.title, given.notes, given.extra)
    assert held == exports.as_csv([shown])
    tips = [found for found in read(text).all("div") if found.get("title")]
    assert len(tips) >= 4
    assert (
        imprints.made_by(imprints.Imprint("ring the bell", date(2026, 1, 31)))[-1]
        == "ring the bell"
    )


def test_only_our_script_may_run() -> None:
    text = page.html("Title", [part(panel(1))])
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    policy = next(found["content"] for found in read(text).all("meta") if "http-equiv" in found)
    assert policy is not None
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")


def test_tables_and_pictures_can_be_read_aloud(reader: Reader) -> None:
    names = [name for name, _ in reader.seen]
    assert names.count("caption") == names.count("table") > 3
    assert all(found.get("scope") in ("row", "col") for found in reader.all("th"))
    pictures = [found for found in reader.all("svg") if "aria-hidden" not in found]
    assert pictures
    assert all(found["role"] == "img" and found["aria-label"] for found in pictures)
    assert all(found.get("alt") for found in reader.all("img"))
    headings = [int(name[1]) for name in names if re.fullmatch("h[1-6]", name)]
    assert headings[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    regions = [found for found in reader.all("div") if found.get("role") == "region"]
    assert all(found["tabindex"] == "0" and found["aria-label"] for found in regions)
    assert [found["lang"] for found in reader.all("html")] == ["en"]


def test_links_lead_somewhere(reader: Reader) -> None:
    places = {attributes.get("id") for _, attributes in reader.seen}
    links = [found["href"] or "" for found in reader.all("a") if "download" not in found]
    assert links
    assert all(link.removeprefix("#") in places for link in links)
    ids = [attributes["id"] for _, attributes in reader.seen if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_two_boards_make_one_page() -> None:
    reader = read(page.html("Title", [part(panel(2)), part(panel(2))]))
    ids = [attributes["id"] for _, attributes in reader.seen if attributes.get("id")]
    assert len(ids) == len(set(ids))
    assert sum(found.get("class") == "board" for found in reader.all("table")) == 2


@pytest.mark.parametrize(
    "given",
    [
        panel(1),
        panel(2, scored=False),
        panel(2, n=1),
        Panel(np.ones(6, bool), {"run": Run(np.ones(6, bool), np.arange(6.0))}),
        Panel(np.arange(6) % 2 == 0, {"a": Run(np.zeros(6, bool), np.zeros(6))}),
        Panel(np.arange(6) % 2 == 0, {"a": Run(np.ones(6, bool)), "b": Run(np.ones(6, bool))}),
        Panel(np.arange(6) % 2 == 0, {"a": Run(np.ones(6, bool), np.full(6, 1e300))}),
    ],
    ids=["one run", "no scores", "n = 1", "one class", "all tied", "two alike", "huge"],
)
def test_odd_boards_make_a_page(given: Panel) -> None:
    text = page.html("Title", [part(given)])
    reader = read(text)
    assert not re.search(r"\b(nan|inf)\b", " ".join(reader.words))
    paths = [found.get("d") or "" for found in reader.all("path")]
    assert not any("nan" in path or "inf" in path for path in paths)


def test_other_metrics_may_rank() -> None:
    given = panel(3)
    for name in ("auc", "cohen_kappa", "tpr_at_fpr_0.1"):
        board = leaderboard.build(given, primary=metrics.get(name), resamples=50)
        read(page.html("Title", [Part("Title", board, given)]))


@pytest.mark.slow
def test_twenty_runs_of_200_candidates_are_quick_and_small() -> None:
    given = panel(20, 200)
    start = time.process_time()
    board = leaderboard.build(given)
    text = page.html("Title", [Part("Title", board, given)])
    assert time.process_time() - start < 10
    assert len(text.encode()) < 5_000_000


def test_markup_escapes_whatever_is_not_markup() -> None:
    assert tag("p", "a < b", Markup("<b>c</b>"), title='"&"') == (
        '<p title="&quot;&amp;&quot;">a &lt; b<b>c</b></p>'
    )
    assert tag("rect", x=1.25, y=2.0, width=3, hidden=True, id=None) == (
        '<rect x="1.2" y="2" width="3" hidden/>'
    )


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-3, 14, [0, 5, 10]),
        (2, 2, [2]),
        (-0.31, 0.4, [-0.2, 0, 0.2, 0.4]),
        (0, 1e-9, [0, 2e-10, 4e-10, 6e-10, 8e-10, 1e-9]),
    ],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert frame.ticks(low, high) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.25, "0.25"), (-5.0, "−5"), (1e300, "1e300"), (2e-10, "2e−10"), (-0.0, "0")],
)
def test_numbers_on_axes(value: float, text: str) -> None:
    assert frame.short(value) == text


def test_the_threshold_is_between_bins() -> None:
    edges = charts.bin_edges(np.array([-1.0, -0.3, 0.7, 2.0]))
    assert 0.0 in edges
    assert edges[0] <= -1
    assert edges[-1] > 2
    assert len(charts.bin_edges(np.array([3.0, 3.0]))) == 2
    above = charts.bin_edges(np.array([1.0, 2.0]))
    assert (above[0], above[-1]) == (1.0, 2.0)
    assert 0.5 in charts.bin_edges(np.array([-1.0, 2.0]), 0.5)
    bare = charts.bin_edges(np.array([-1.0, 2.0]), None)
    assert (bare[0], bare[-1]) == (-1.0, 2.0)


def test_a_score_at_the_threshold_is_drawn_below_it() -> None:
    scores = np.array([-1.0, 0.0, 0.5, 1.0])
    edges = charts.bin_edges(scores, 0.5)
    found = charts.in_bins(scores, edges)
    assert found.sum() == 4
    assert found[edges[:-1] >= 0.5].sum() == 1


def test_charts_take_the_decisions_of_the_run_and_its_threshold() -> None:
    truth, scores = np.arange(10) % 2 == 0, np.arange(10) / 10 - 2
    quota = Run(scores > -1.85, scores, threshold=-1.85)
    one = {"by": Run(scores > -1.85, scores, threshold=-1.85)}
    drawn = page.html("t", [Part("t", leaderboard.build(Panel(truth, one)), Panel(truth, one))])
    assert "scores above −1.85 are decided as used, 5 of 10 right" in drawn
    assert "the run decides 80%" in drawn
    assert 'class="threshold"' in charts.histogram("by", truth, quota)
    odd = Run(np.arange(10) % 3 == 0, scores, threshold=-1.85)  # not what the threshold says
    assert charts.decided(odd) == "4 of 10 are decided as used, by no threshold"
    assert 'class="threshold"' not in charts.histogram("odd", truth, odd)
    assert "the run decides 40%" in charts.shares("odd", truth, odd, metrics.get("f1"))


def test_the_legend_exempts_printed_rows_from_adjustment() -> None:
    shown = panel(2)
    printed = {"old": (9, 9, 9, 9)}
    for published, said in (({}, "Holm)."), (printed, "Holm, but not of printed rows).")):
        board = leaderboard.build(shown, resamples=50, published=published)
        assert f"(p-values adjusted for the number of runs, {said}" in page.html(
            "t", [Part("t", board, shown)]
        )


def test_the_page_says_its_own_words_as_the_docs_do(reader: Reader) -> None:
    assert any(attributes.get("href") == "#glossary" for attributes in reader.all("a"))
    assert any(attributes.get("id") == "glossary" for attributes in reader.all("h3"))
    docs = (Path(__file__).parents[1] / "docs" / "glossary.md").read_text(encoding="utf-8")
    for word, meaning in (glossary.TERMS | glossary.CLASS_TERMS).items():
        assert f"| **{word}** | {meaning} |" in docs
    for word in glossary.TERMS:
        assert word in reader.words


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, ""), (0.004, "&lt;1"), (0.5, "50"), (0.99, "99"), (0.996, "&gt;99"), (1.0, "100")],
)
def test_a_rank_that_is_not_certain_is_not_said_to_be(share: float, text: str) -> None:
    assert f">{text}</td>" in tables.distribution_cell(share)
