"""Reads files of the data root as they stood in a git revision."""

from dataclasses import dataclass
from pathlib import Path

from runner.errors import PaperbenchError
from runner.processes import Finished, finished

PATIENCE_SECONDS = 60.0
# Within a hook these name the repository that git itself works in, which need not be the folder's.
_OF_A_HOOK = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_SHALLOW_FILE", "GIT_LITERAL_PATHSPECS",
)  # fmt: skip
_ENVIRONMENT = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", **dict.fromkeys(_OF_A_HOOK)}


@dataclass(frozen=True)
class Repository:
    """The git repository that a folder lies in; paths are relative to that folder."""

    folder: Path

    def commit(self, revision: str) -> str:
        """The commit that a revision names; raises PaperbenchError."""
        done = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
        if done.status == 0:
            return done.out.decode().strip()
        raise PaperbenchError(f"no revision '{revision}' here; {self._advice(revision)}")

    def has(self, revision: str) -> bool:
        """Whether a revision names a commit."""
        name = revision + "^{commit}"
        return self._git("rev-parse", "--verify", "--quiet", "--end-of-options", name).status == 0

    def _advice(self, revision: str) -> str:
        remote = self._git("rev-parse", "--verify", "--quiet", f"refs/remotes/origin/{revision}^{{commit}}")
        if remote.status == 0:
            return f"did you mean 'origin/{revision}'?"
        if self.shallow():
            return _DEEPEN
        return "'git branch --all' and 'git tag' list those there are"

    def shallow(self) -> bool:
        """Whether this clone lacks earlier commits."""
        return self._git("rev-parse", "--is-shallow-repository").out.strip() == b"true"

    def merge_base(self, one: str, other: str) -> str:
        """The commit where two revisions parted; raises PaperbenchError."""
        done = self._git("merge-base", self.commit(one), self.commit(other))
        if done.status == 0:
            return done.out.decode().strip()
        why = _DEEPEN if self.shallow() else "compare them with two dots"
        raise PaperbenchError(f"'{one}' and '{other}' have no common commit here; {why}")

    def text(self, commit: str, path: str) -> bytes | None:
        """A file as it stood in a commit; None where it was not there. Raises PaperbenchError."""
        if not self._names("ls-tree", "--name-only", commit, "--", path):
            return None
        done = self._git("cat-file", "blob", f"{commit}:./{path}")
        if done.status != 0:
            raise PaperbenchError(
                f"git cannot read {path} of {commit[:10]}: {_first_line(done)}; run 'git fsck'"
            )
        return done.out

    def changed(self, old: str, new: str | None, below: str) -> list[str]:
        """The files below a folder that differ between two commits, or a commit and the working tree."""
        ends = [old] if new is None else [old, new]
        names = self._names("diff", "--name-only", "--relative", "--no-renames", *ends, "--", below)
        if new is None:
            names |= self._names("ls-files", "--others", "--exclude-standard", "--", below)
        return sorted(names)

    def modified(self, commit: str, *folders: str) -> list[str]:
        """The files below the folders that a commit and the working tree both have, and that differ."""
        how = ("--name-only", "--relative", "--no-renames", "--diff-filter=MT")
        return sorted(self._names("diff", *how, commit, "--", *folders))

    def _names(self, command: str, *arguments: str) -> set[str]:
        done = self._git(command, "-z", *arguments)
        if done.status != 0:
            raise PaperbenchError(f"git {command} failed: {_first_line(done)}; mend that and run again")
        return {name.decode(errors="surrogateescape") for name in done.out.split(b"\0") if name}

    def _git(self, *arguments: str) -> Finished:
        return _git(self.folder, *arguments)


_DEEPEN = "this clone is shallow: 'git fetch --unshallow' (in GitHub Actions, fetch-depth: 0) brings the rest"


def repository(folder: Path) -> Repository:
    """The repository around a folder; raises PaperbenchError where there is none."""
    done = _git(folder, "rev-parse", "--is-inside-work-tree")
    if done.status != 0 or done.out.strip() != b"true":
        why = f" ({_first_line(done)})" if "dubious ownership" in done.error else ""
        raise PaperbenchError(f"{folder} is in no git repository{why}; give two files to compare")
    return Repository(folder)


def _git(folder: Path, *arguments: str) -> Finished:
    done = finished(["git", *arguments], folder, PATIENCE_SECONDS, _ENVIRONMENT)
    if done is None:
        raise PaperbenchError(
            "git is not on PATH or did not answer; install it, or give two files to compare"
        )
    return done


def _first_line(done: Finished) -> str:
    return done.error.splitlines()[0] if done.error else f"exit status {done.status}"
