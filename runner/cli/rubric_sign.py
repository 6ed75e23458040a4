"""paperbench rubric sign: put one's name to a rubric, and to branches whose children entail them."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from runner.errors import PaperbenchError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from validators.corpus import Corpus


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of sign."""
    parser.add_argument("paper", metavar="PAPER", help="the paper whose rubric is signed")
    parser.add_argument("--name", help="who signs")
    parser.add_argument("--role", choices=("paper_author", "expert", "maintainer"), help="as what")
    parser.add_argument("--date", metavar="YYYY-MM-DD", help="when (default: today)")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--branch",
        action="append",
        default=[],
        metavar="PATH",
        help="a branch whose children together entail it, by ids from the root; can be repeated",
    )
    which.add_argument("--all-branches", action="store_true", help="every branch: all of them were read")
    parser.add_argument(
        "--status", choices=("draft", "in_review"), help="instead of signing, move the rubric there"
    )
    parser.add_argument(
        "--root", metavar="DIR", help="data root (default: nearest folder upwards with papers/ and rubrics/)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the sign-off into the rubric, and say what is still missing."""
    from runner.durable import alone_in
    from runner.places import data_root
    from validators.writing import ChangedMeanwhileError

    _refuse_halves(arguments)
    corpus = data_root(arguments)
    path = _rubric_path(corpus, arguments.paper)
    try:
        with alone_in(path.parent):
            old, new = _written(path, arguments, corpus)
    except ChangedMeanwhileError:
        raise PaperbenchError(f"{path} was saved meanwhile and is not signed; sign again") from None
    _tell(old, new)
    return 0


def _written(
    path: "Path", arguments: argparse.Namespace, corpus: "Corpus"
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The rubric before and after, which is in the file then; its lines end as they did."""
    from runner.rubrics.signing import with_sign_offs
    from validators.load import to_model
    from validators.models.rubric import Rubric
    from validators.texts import decode
    from validators.writing import write_atomically
    from validators.yaml_reader import parse_yaml

    before = path.read_bytes()
    text, end = _unix_lines(decode(before, str(path)), path)
    parsed = parse_yaml(text, str(path))
    to_model(parsed, Rubric, str(path))
    old = parsed.data
    new = _moved(old, arguments.status) if arguments.status else _signed(old, arguments, corpus, path)
    written = with_sign_offs(text, str(path), new["status"], new["sign_offs"])
    write_atomically(path, written.replace("\n", end).encode(), before=before)
    return old, new


def _unix_lines(text: str, path: "Path") -> tuple[str, str]:
    """The text with LF, and how its lines end; raises PaperbenchError where they end in both ways."""
    crlf = text.count("\r\n")
    if 0 < crlf < text.count("\n"):
        raise PaperbenchError(
            f"{path} has lines that end in CRLF and others in LF; run 'paperbench rubric fmt' on it first"
        )
    return text.replace("\r\n", "\n"), "\r\n" if crlf else "\n"


def _refuse_halves(arguments: argparse.Namespace) -> None:
    """Raise UsageError for arguments that do not belong together."""
    signs = (
        arguments.name,
        arguments.role,
        arguments.date,
        *arguments.branch,
        arguments.all_branches or None,
    )
    if arguments.status:
        if any(word is not None for word in signs):
            raise UsageError("--status moves a rubric and signs nothing; give it alone")
    elif not (arguments.name or "").strip() or not arguments.role:
        raise UsageError("a sign-off needs --name and --role; or move the rubric with --status")


def _rubric_path(corpus: "Corpus", paper: str) -> "Path":
    from runner.rubrics.named import named_rubric
    from validators.roots import DataRoot

    place = f"rubrics/{paper}.yaml"
    path = corpus.root / place
    if place in DataRoot(corpus.root).fetchable(paper):
        raise PaperbenchError(f"the rubric of '{paper}' is kept upstream, so there is nothing here to sign")
    if paper not in corpus.paper_ids() or not path.is_file():
        named_rubric(paper, corpus)  # raises what is wrong with the name
        raise PaperbenchError(f"'{paper}' is no paper of papers/; name one that is")
    return path


def _moved(rubric: dict[str, Any], status: str) -> dict[str, Any]:
    """The rubric in another state; a draft is signed by nobody."""
    from validators.signing import cleared

    return rubric | {"status": status, "sign_offs": cleared(rubric) if status == "in_review" else []}


def _signed(
    rubric: dict[str, Any], arguments: argparse.Namespace, corpus: "Corpus", path: "Path"
) -> dict[str, Any]:
    """The rubric with the sign-off, and signed off where nothing is missing any more."""
    from validators.signing import branches, lacks, signed

    if rubric["status"] == "draft":
        mend = f"'paperbench rubric sign {arguments.paper} --status in_review' puts it up for review"
        raise PaperbenchError(f"{path} is a draft, and a draft is signed by nobody; {mend}")
    known = branches(rubric)
    paths = list(known) if arguments.all_branches else arguments.branch
    for one in paths:
        _refuse_unknown(one, known)
    made = rubric | {
        "sign_offs": signed(rubric, arguments.name.strip(), arguments.role, _day(arguments.date), paths)
    }
    missing = {code: words for code, words in lacks(made) if code not in _waived(corpus, path)}
    for code, words in missing.items():
        print(f"not signed off yet ({code}): {words}", file=sys.stderr)
    return made | {"status": "in_review" if missing else "signed_off"}


def _refuse_unknown(path: str, known: dict[str, Any]) -> None:
    from validators.words import advise

    if path not in known:
        mend = advise(path, known, "'paperbench rubric tree' shows the branches")
        raise PaperbenchError(f"no branch '{path}'; {mend}")


def _day(given: str | None) -> str:
    from datetime import UTC, date, datetime

    if given is None:
        return datetime.now(UTC).date().isoformat()
    try:
        if date.fromisoformat(given).isoformat() == given:
            return given
    except ValueError:
        pass
    raise UsageError(f"--date '{given}' is no day; write YYYY-MM-DD")


def _waived(corpus: "Corpus", path: "Path") -> set[str]:
    from validators.roots import DataRoot
    from validators.waivers import read_waivers

    return {
        code
        for waived, code, *_ in read_waivers(DataRoot(corpus.root))
        if waived == path.relative_to(corpus.root).as_posix()
    }


def _tell(old: dict[str, Any], new: dict[str, Any]) -> None:
    from validators.signing import outdated, sign_offs

    was = sign_offs(old)
    for one in new["sign_offs"]:
        if one not in was:
            signed = len(one.get("branches", ()))
            branches = "1 branch" if signed == 1 else f"{signed} branches"
            print(f"{one['name']}, {one['role']}, {one['date']}: {branches}")
    for number, path, _ in outdated(old):
        print(f"cleared, since it changed: {path} ({was[number]['name']}, {was[number]['date']})")
    if old["status"] != new["status"]:
        print(f"status: {old['status']} -> {new['status']}")
