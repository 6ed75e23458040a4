"""Rules about the frozen outputs that show a rubric's checks at work; nothing of them is ever run."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from validators.documents import Document
from validators.faults import Fault
from validators.findings import Location
from validators.fixtures import Fixture, read_fixture
from validators.rules.parts import parts_of
from validators.rules.rule import Note
from validators.words import advise, listed, shown

_LISTED = 20
# Of what was found, which may name a whole pattern or glob.
_LONGEST = 300
_UNDER_REVIEW = ("in_review", "signed_off")


def check_has_fixtures(document: Document) -> Iterator[Fault]:
    """A check has fixtures, once its rubric is in review or signed off.

    Why: a check decides its leaf with nobody looking. A pattern that matches everything, or a tolerance that
    nothing meets, goes unnoticed until it was seen to pass once and to fail once. A draft may wait for the
    first reproduction whose outputs can be frozen.
    Mend: freeze what a right and a wrong reproduction leave in papers/<paper>/fixtures/<name>/ and add
    `fixtures: {passes: right, fails: wrong}`; docs/rubrics.md says what lies there.
    Example:
        status: in_review
        check: {kind: exit_status}     # and no fixtures
    """
    if document.data.get("status") not in _UNDER_REVIEW:
        return
    for where, leaf in parts_of(document).leaves:
        check = leaf.get("check")
        if isinstance(check, dict) and check.get("fixtures") is None:
            message = f"the check of {shown(leaf.get('id'))} was never seen to pass and to fail"
            mend = "add 'fixtures: {passes: ..., fails: ...}'"
            yield Fault((*where, "check"), f"{message}; {mend}")


def fixture_is_there(document: Document) -> Iterator[Fault | Note]:
    """A fixture that a check names is a folder of papers/<paper>/fixtures.

    Why: a check is tried on what lies there. Where the rubric stands alone, without its papers, the output
    counts the checks that were not tried.
    Mend: correct the name, or add the folder.
    Example:
        check: {kind: exit_status, fixtures: {passes: orcale, fails: noop}}
    """
    if document.root is None:
        yield Note("checks not tried on their fixtures, which are not here", len(list(_tried(document))))
        return
    for one in _tried(document):
        for key, fixture in one.fixtures.items():
            if not fixture.is_there:
                here = (*one.where, "fixtures", key)
                yield Fault(here, f"{fixture.place} does not exist; {_mend(document, fixture)}")


def _mend(document: Document, fixture: Fixture) -> str:
    root = document.root
    folder = "" if root is None else fixture.place.rpartition("/")[0]
    names = [] if root is None else [name.rstrip("/") for name in root.names(root.path / folder)][:_LISTED]
    return advise(fixture.name, names, f"write {listed(names)}" if names else "add the folder")


def fixture_can_be_read(document: Document) -> Iterator[Fault]:
    """A fixture is small, and holds regular files only.

    Why: it is read at every check of the rubric, on the machine of whoever reviews it. A symlink could lead
    anywhere there. A file has at most 1 MiB, a fixture 4 MiB and 200 files.
    Mend: keep only the files that the checks look at, and of long tables only the lines they need.
    Example:
        papers/heavy-ball/fixtures/oracle/made/results.csv -> /data/results.csv
    """
    told = set[str]()
    for one in sorted(_tried(document), key=lambda one: one.where):
        for key, fixture in one.fixtures.items():
            if fixture.refused is not None and fixture.place not in told:
                told.add(fixture.place)
                yield Fault((*one.where, "fixtures", key), f"{fixture.place}: {fixture.refused}")


def check_passes(document: Document) -> Iterator[Fault]:
    """A check is met by its passing fixture.

    Why: one that a right reproduction does not meet takes the leaf away from everybody.
    Mend: the message says what was found; correct the check, or freeze the outputs again.
    Example:
        check: {kind: log_matches, pattern: "epoch 100 done$", fixtures: {passes: oracle, fails: noop}}
        # and the log says 'Epoch 100 done'
    """
    for one in _tried(document):
        result = one.result("passes")
        if result is not None and not result[0]:
            here = (*one.where, "fixtures", "passes")
            yield Fault(here, f"the check is not met by {result[1]}; correct either")


def check_fails(document: Document) -> Iterator[Fault]:
    """A check is not met by its failing fixture.

    Why: one that a wrong reproduction meets gives the leaf to everybody.
    Mend: the message says what was found; make the check stricter, or freeze outputs that are wrong there.
    Example:
        check: {kind: text_matches, glob: "*.py", pattern: ".*", fixtures: {passes: oracle, fails: noop}}
    """
    for one in _tried(document):
        result = one.result("fails")
        if result is not None and result[0]:
            here = (*one.where, "fixtures", "fails")
            yield Fault(here, f"the check is met by {result[1]}; make either stricter")


class _Tried(NamedTuple):
    """A check with its fixtures, by what they are to do."""

    where: Location
    check: dict[str, Any]
    category: str | None
    fixtures: dict[str, Fixture]

    def result(self, key: str) -> tuple[bool, str] | None:
        """Whether the fixture meets the check, and what was found; None where it cannot be told."""
        fixture = self.fixtures[key]
        if not fixture.is_there or fixture.refused is not None:
            return None
        # pydantic takes a while to import, and only a rubric with fixtures needs it.
        from validators.trying import try_check  # noqa: PLC0415

        result = try_check(self.check, fixture, self.category)
        return (
            None
            if result is None
            else (result.met, f"{fixture.name} ({_short(self._found(fixture, result.message))})")
        )

    def _found(self, fixture: Fixture, message: str) -> str:
        """What was found, with the folder where files were looked for."""
        folder, names = fixture.half(handed_in=self.category == "Code Development")
        where = f"fixtures/{fixture.name}/{folder.name}/"
        file = self.check.get("file")
        if isinstance(file, str) and file.removeprefix("./") not in names:
            return f"{file} is not in {where}"
        return f"in {where} {message}" if "glob" in self.check else message


def _short(message: str) -> str:
    return message if len(message) <= _LONGEST else f"{message[: _LONGEST - 3]}..."


def _tried(document: Document) -> Iterator[_Tried]:
    paper = document.data.get("paper")
    found: dict[str, Fixture] = {}
    for where, leaf in parts_of(document).leaves:
        check = leaf.get("check")
        if not isinstance(check, dict) or not isinstance(names := check.get("fixtures"), dict):
            continue
        fixtures = {}
        for key in ("passes", "fails"):
            name = names[key]
            if name not in found:
                found[name] = read_fixture(document.root, paper, name)
            fixtures[key] = found[name]
        yield _Tried((*where, "check"), check, leaf.get("category"), fixtures)
