"""Quotes are compared however their letters are written; nearest passages and headings are found."""

import re

from hypothesis import given
from hypothesis import strategies as st

from validators.markdown import without_code
from validators.passages import heading_text, headings, nearest_passage, plain

TEXT = st.text(st.characters(codec="utf-8"), max_size=60)


def test_spellings_of_the_same_letters_are_one() -> None:
    assert plain("the \u201c\ufb01rst\u201d\u00a0layer \u2013 O\u2019Neil\u00ads  \n x\u200b") == (
        'the "first" layer - O\'Neils x'
    )
    assert plain("e\u0301") == plain("\u00e9")


@given(TEXT)
def test_plain_is_settled_by_one_pass(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=30), st.data())
def test_what_stands_there_is_its_own_nearest_passage(words: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    quote = words[start:end]
    found = nearest_passage(" ".join(quote), " ".join(words))
    assert found is not None
    assert sorted(found.split()) == sorted(quote)


@given(TEXT, TEXT)
def test_any_two_texts_can_be_compared(quote: str, text: str) -> None:
    found = nearest_passage(plain(quote), plain(text))
    assert found is None or found in plain(text)


def test_headings() -> None:
    fenced = "```\n# code\n```\n~~~\n# more\n```\n~~~\n"
    text = f"# One #\n\n####### no\n{fenced} Two\n===\n\n---\n## 3.1 *Thr*ee_x\n#no\n"
    assert headings(text) == ["One", "Two", "3.1 Three_x"]
    assert headings("# In C#\n## Done ## \n##\n####\tTab\n````\n```\n# code\n````\n# Last") == [
        "In C#", "Done", "Tab", "Last",
    ]  # fmt: skip


def test_code_is_blanked_in_its_place() -> None:
    for text, left in (
        ("a `b` c", "a     c"),
        ("``a ` b`` `c", "          `c"),
        ("`a\n\nb`", "`a\n\nb`"),
        ("\\`a` b`", "\\`a    "),
        ("x\n~~~ py\n`\n~~~ no\n~~~~\n`y`", "x\n      \n \n      \n    \n   "),
        ("``` a`b\nc", "``` a`b\nc"),
    ):
        assert without_code(text) == left
        assert len(left) == len(text)


@given(st.lists(st.sampled_from(["`", "``", "```", "~~~", "\n", "\n\n", " ", "\\", "a"])).map("".join))
def test_blanking_code_keeps_every_place(text: str) -> None:
    left = without_code(text)
    assert all(one in (other, " ") for one, other in zip(left, text, strict=True))
    assert left.count("\n") == text.count("\n") or "`" in text


@given(st.text(alphabet="aB1 *_`#-\"'\t\u00a0\u2019é", max_size=20))
def test_a_plain_heading_is_compared_as_it_is(heading: str) -> None:
    emphasis = re.compile(r"\*+|(?<!\w)_+|(?<!_)_++(?!\w)")
    assert heading_text(heading) == plain(emphasis.sub("", heading))
