"""What a build says while it works, from its log."""

from runner.images.steps import Steps


def test_steps_are_told_and_noise_is_not() -> None:
    said: list[str] = []
    with Steps("building x", said.append) as steps:
        for piece in (
            b"INFO:    Starting build...\n",
            b"==> pack",
            b"ages\nSetting up git\n+ echo ==> packages\n",
            b"WARNING: anything\nINFO:    Non-gzip squashfs compression might not work\n",
            b"INFO:    To see mksquashfs output with progress bar enable verbose logging\n",
            b"INFO:    Build complete: /sif/.x.tmp\n",
        ):
            steps.hear(piece)
    assert [line.rpartition(" (")[0] for line in said] == [
        "building x: starting",
        "building x: Starting build...",
        "building x: packages",
    ]
