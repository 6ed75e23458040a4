"""What a payload finds in its environment: what it is given, unharmed, and nothing of the caller's."""

import os
import subprocess
from pathlib import Path

from runner.apptainer import Exec, call
from tests.containers.inside import AS_ROOT, Contained
from tests.execution.bench import CHECKOUT

VALUES = {
    "PLAIN": "plain",
    "COMMAS": "a,b=c,d",
    "QUOTES": 'it\'s "quoted" `id`',
    "EVALUATED": "$(touch /tmp/evaluated) ${HOME} $$ \\$x",
    "LINES": "one\ntwo\n\nfour\\n",
    "EMPTY": "",
    "BLANKS": "  two  ",
    "UNICODE": "✓ ü",
}
SHOW = 'cd /proc/self/fd; for one in *; do echo "fd $one $(readlink $one)"; done; env | cut -d= -f1 | sort'
# What of it Apptainer, the shell, the image and we put there.
EXPECTED = (
    "APPTAINER_", "SINGULARITY_", "CUDA_VISIBLE_DEVICES", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH",
    "OLDPWD", "PAPERBENCH", "PAPERBENCH_STAGE", "PAPERBENCH_TRIAL", "PATH", "PWD", "SHLVL", "TMPDIR", "_",
)  # fmt: skip
SECRETS = (
    "OPENAI_API_KEY", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK", "APPTAINERENV_KEY",
    "APPTAINERENV_LANG", "SINGULARITYENV_KEY", "APPTAINER_ENV", "APPTAINERENV_PREPEND_PATH",
    "APPTAINER_DOCKER_PASSWORD", "CUDA_VISIBLE_DEVICES", "PYTHONPATH", "PYTHONSTARTUP", "BASH_FUNC_ls%%",
    "http_proxy", "PS4", "ENV", "USER",
)  # fmt: skip
# With these in the caller's environment Apptainer would do something else.
TURNED = {
    "APPTAINER_BIND": "/etc:/leak", "APPTAINER_BINDPATH": "/etc:/leak", "SINGULARITY_BINDPATH": "/etc:/leak",
    "APPTAINER_MOUNT": "type=bind,src=/etc,dst=/leak", "APPTAINER_HOME": "/etc:/leak", "APPTAINER_NV": "1",
    "APPTAINER_ENV_FILE": "{file}", "APPTAINER_WRITABLE_TMPFS": "1", "APPTAINER_NO_EVAL": "0",
    "APPTAINER_NETWORK": "bridge", "APPTAINER_WORKDIR": "/etc", "APPTAINER_DEBUG": "1",
    "APPTAINER_ADD_CAPS": "all", "APPTAINER_KEEP_PRIVS": "1", "APPTAINER_HOSTNAME": "leak",
}  # fmt: skip


def test_values_arrive_unharmed_and_unevaluated(sif: Path) -> None:
    printing = (
        "python3",
        "-c",
        f"import os; print({{name: os.environ.get(name) for name in {list(VALUES)}}})",
    )
    command = Exec(sif, printing, environment=VALUES, as_superuser=AS_ROOT)
    said = call(command.argv(), {"PATH": os.environ["PATH"]} | command.variables()).out.decode()
    assert said.strip() == str(VALUES)


def test_nothing_of_the_caller_is_there(contained: Contained, tmp_path: Path) -> None:
    contained.plan(SHOW + "; cat /proc/[0-9]*/environ | tr '\\0' '\\n'; ls -d /leak; env")
    file = tmp_path / "env-file"
    file.write_text("FROM_A_FILE=leak\n")
    planted = dict.fromkeys(SECRETS, "leak") | {k: v.format(file=file) for k, v in TURNED.items()}
    handle = os.open(file, os.O_RDONLY)
    os.set_inheritable(handle, True)
    # Also what no open() of Python's would hand down.
    done = subprocess.run(
        ["bash", "-c", 'exec 9<"$0" 123<"$0"; "$@"', str(file), *contained.bench.argv("run", "run")],
        cwd=CHECKOUT, env={**os.environ, **planted}, pass_fds=(handle,),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    os.close(handle)
    assert done.returncode == 0, done.stderr
    log = contained.result().log
    assert "leak" not in log.replace("cannot access '/leak'", ""), log
    assert str(file) not in log
    opened = [line.split()[2:] for line in log.splitlines() if line.startswith("fd ")]
    known = ("pipe:", "/dev/null", "/proc/", "/submission/reproduce.sh")
    assert all(place[0].startswith(known) for place in opened if place), opened
    names = {line for line in log.splitlines()[len(opened) :] if line.isidentifier()}
    strange = {name for name in names if not name.startswith(EXPECTED)}
    assert "PAPERBENCH_TRIAL" in names
    assert not strange
