"""What signing does to the lines of a rubric: every other line and comment stays as it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.errors import PaperbenchError
from runner.rubrics.signing import with_sign_offs
from tests.rubrics.signable import RUBRIC
from validators.signing import branches, cleared, signed
from validators.yaml_reader import parse_yaml

COMMENTED = """\
status: "in_review"
sign_offs: # these
  # first
  - {name: Ada Example, role: paper_author, date: 2026-01-31} # hers
  # second
  - name: "Ned: x"   # his
    role: expert
    date: "2026-01-31"
    branches:
      demo/gone: "0000000000000000"
      # good
      demo: 162e26a569116114

"""


def test_comments_and_what_stays_the_same_are_kept() -> None:
    text = RUBRIC.replace("status: in_review   # soon\n\n", COMMENTED)
    data = parse_yaml(text, "x").data
    made = signed(data, "Ada Example", "paper_author", "2026-02-01", ["demo"])
    written = with_sign_offs(text, "x", "in_review", made)
    comments = (
        "# A comment on top.",
        "# these",
        "# first",
        "# hers",
        "# second",
        "# his",
        "# good",
        "# as a whole",
    )
    assert all(written.count(comment) == 1 for comment in comments)
    assert written[written.index("# The tree.") :] == text[text.index("# The tree.") :]
    third = signed(data | {"sign_offs": cleared(data)}, "Una", "expert", "2026-02-01", [])
    assert "  - {name: Ada Example, role: paper_author, date: 2026-01-31} # hers\n" in with_sign_offs(
        text, "x", "in_review", third
    )


def test_the_status_may_stand_below_the_sign_offs() -> None:
    above, below = RUBRIC.split("status: in_review   # soon\n")
    offs = 'sign_offs:\n  - name: Ned\n    role: expert\n    date: "2026-01-31"\n'
    text = f"{above}{offs}# Where it is.\nstatus: in_review   # soon\n{below}"
    data = parse_yaml(text, "x").data
    made = signed(data, "Ada", "paper_author", "2026-02-01", ["demo", "demo/method"])
    written = with_sign_offs(text, "x", "signed_off", made)
    assert parse_yaml(written, "x").data == data | {"status": "signed_off", "sign_offs": made}
    assert written.endswith(f"# Where it is.\nstatus: signed_off   # soon\n{below}")
    nothing = with_sign_offs(text, "x", "draft", [])
    assert nothing == f"{above}# Where it is.\nstatus: draft   # soon\n{below}"


def test_comments_on_dropped_sign_offs_go_with_them() -> None:
    text = RUBRIC.replace("status: in_review   # soon\n\n", COMMENTED)
    text = text.replace("\n\n# The tree.", "\n  # that is all\n\n  # really\n\n# The tree.")
    wanted = RUBRIC.replace("status: in_review   # soon", "status: draft")
    assert with_sign_offs(text, "x", "draft", []) == wanted


def test_what_is_no_list_of_lines_is_refused() -> None:
    text = '{"schema": "rubric/v1", "status": "in_review", "criterion": {"id": "a", "requirement": "b"}}\n'
    with pytest.raises(PaperbenchError, match="run 'paperbench rubric fmt'"):
        with_sign_offs(text, "x", "in_review", [{"name": "Ada", "role": "expert", "date": "2026-01-31"}])


NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\x85\u2028\u2029"), min_size=1, max_size=30
)
SIGN_OFFS = st.lists(
    st.tuples(NAMES, st.sampled_from(["expert", "maintainer"]), st.booleans(), st.booleans()), max_size=4
)


@settings(max_examples=60, deadline=None)
@given(SIGN_OFFS)
def test_whatever_is_signed_reads_back(steps: list[tuple[str, str, bool, bool]]) -> None:
    text = RUBRIC
    for name, role, *which in steps:
        data = parse_yaml(text, "x").data
        paths = [path for path, wanted in zip(branches(data), which, strict=True) if wanted]
        made = signed(data, name, role, "2026-01-31", paths)
        text = with_sign_offs(text, "x", "in_review", made)
        assert parse_yaml(text, "x").data["sign_offs"] == made
    assert text[text.index("# The tree.") :] == RUBRIC[RUBRIC.index("# The tree.") :]
