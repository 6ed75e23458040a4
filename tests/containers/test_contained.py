"""What holds inside the container, as a submission finds it."""

import pytest

from tests.containers.inside import Contained

LOOK = """
echo "folder $PWD"
echo "home $HOME"
env | sort
touch /outside 2>/dev/null && echo "root is writable"
echo made > made.txt; echo x > "$HOME/h"; echo x > "$TMPDIR/t"; echo x > /tmp/u; echo x > /var/tmp/v
ls -A "/home/" /root 2>/dev/null | sed 's/^/seen /'
"""


def test_the_plain_case(contained: Contained) -> None:
    done = contained.run(LOOK)
    outcome = done.outcome
    assert (outcome["failure_class"], outcome["reason"], outcome["exit_status"]) == ("none", "ok", 0)
    assert outcome["observed"] == {
        "container": "apptainer", "network": "none", "user_namespace": True, "pid_namespace": True,
        "read_only_root": True,
    }  # fmt: skip
    assert outcome["image"] == contained.digest
    assert outcome["image_mount"] == "fuse"
    assert "folder /submission\n" in done.log
    assert "root is writable" not in done.log
    assert "paperbench-inside" not in done.log
    assert (done.submission / "made.txt").read_text() == "made\n"


def test_nothing_of_the_caller_leaks(contained: Contained, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = {
        "OPENAI_API_KEY": "leak-1", "APPTAINERENV_TOKEN": "leak-2", "SINGULARITYENV_TOKEN": "leak-3",
        "APPTAINER_BIND": "/etc:/leak-4", "LD_PRELOAD": "", "HF_TOKEN": "leak-5", "PROMPT_COMMAND": "leak-6",
        "BASH_ENV": "/leak-7",
    }  # fmt: skip
    for name, value in planted.items():
        monkeypatch.setenv(name, value)
    done = contained.run("env; cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n'; ls /\n")
    assert done.outcome["reason"] == "ok"
    assert "leak-" not in done.log


@pytest.mark.parametrize("status", [3, 255])
def test_the_payloads_own_status_is_its_own(contained: Contained, status: int) -> None:
    outcome = contained.run(f"exit {status}\n").outcome
    assert (outcome["failure_class"], outcome["reason"]) == ("submission", "exit_status")
    assert outcome["exit_status"] == status
