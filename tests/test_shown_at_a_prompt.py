"""What Python shows of a challenge and of a run where nobody gives it a name: no screenful."""

import clefgan


def test_a_challenge_and_its_run_are_one_line_without_arrays() -> None:
    challenge = clefgan.read("phantom_ct")
    assert "real_unknown_0001" not in repr(challenge)
    assert repr(clefgan.run(challenge, "nearest", protocols=["held-out"])) == (
        "Run('nearest', edition='2023', dev={'held-out': Scored(80 images, 40 called used)}, "
        "test=Scored(100 images, 50 called used))"
    )


def test_so_are_those_of_classes() -> None:
    challenge = clefgan.read("phantom_classes", edition="2025_s2")
    assert "generated_unknown_001" not in repr(challenge)
    assert len(repr(challenge)) < 2500
    run = clefgan.run(challenge, "most-frequent")
    assert repr(run).startswith("ClassRun('most-frequent', edition='2025_s2', dev={'plain': Class")
    assert repr(run).endswith("test=ClassScored(150 images, 5 classes))")
