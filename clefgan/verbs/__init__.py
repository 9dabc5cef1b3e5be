"""The verbs of the command line as functions, for a notebook.

    challenge = clefgan.read("DATA", edition="2023")
    run = clefgan.run(challenge, "fusion", seed=0)
    run.scores                      # id, score, decision, truth where known
    run.pairs                       # the generated images that are most like each candidate
    run.write("runs/fusion")        # run file, record and pairs: all or none, checked
    clefgan.evaluate(challenge, ["fusion", "nearest"])
    clefgan.audit("TRAIN", "RELEASED", "HELD_OUT", patients="patients.csv", release="public")
    clefgan.load("runs/fusion.json") == run
    classes = clefgan.read(edition="2025_s2")     # the same verbs: runs and tables of classes

They are at hand as `clefgan.read`, `clefgan.run` and so on, loaded on first use. Nothing is
printed, and no bar is drawn unless `progress=True`; bad input is a `ClefganError` of one line.
"""

from clefgan.verbs.comparing import evaluate
from clefgan.verbs.files import check, load
from clefgan.verbs.reading import class_methods, methods, read
from clefgan.verbs.release import audit
from clefgan.verbs.running import run

__all__ = ["audit", "check", "class_methods", "evaluate", "load", "methods", "read", "run"]
