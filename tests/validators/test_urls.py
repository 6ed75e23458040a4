"""The normal form of URLs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validators.urls import FORGES, is_url, normal_url, place_of


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("https://github.com/Author/Code", "https://github.com/Author/Code"),
        ("http://www.GitHub.com/Author/Code.git/", "https://github.com/Author/Code"),
        ("HTTPS://github.com/a/b?tab=readme#install", "https://github.com/a/b"),
        ("https://github.com/a/b/tree/main?x=1#L3", "https://github.com/a/b/tree/main?x=1#L3"),
        ("git@github.com:a/b.git", "https://github.com/a/b"),
        ("git@host.example.org:group/sub/code", "https://host.example.org/group/sub/code"),
        ("ssh://git@gitlab.com:22/a/b.git", "https://gitlab.com/a/b"),
        ("git://example.org/code.git", "https://example.org/code"),
        ("http://example.org:80/", "http://example.org"),
        ("http://example.org:8080/a?b=1", "http://example.org:8080/a?b=1"),
        ("https://www.Example.org/Page/", "https://www.example.org/Page"),
        ("https://www.codeberg.org/a/b", "https://codeberg.org/a/b"),
        ("http://github.com:8080/a/b", "http://github.com:8080/a/b"),
        ("https://example.org/a/.git/", "https://example.org/a/.git"),
        ("https://user@huggingface.co/a/b", "https://huggingface.co/a/b"),
        ("https://huggingface.co/datasets/a/b/", "https://huggingface.co/datasets/a/b"),
        # Who answers https at the port of ssh is not known.
        ("ssh://git@example.org:2222/a/b", "ssh://git@example.org:2222/a/b"),
        # No URL that a blacklist may hold: it stays.
        ("git+https://github.com/a/b.git", "git+https://github.com/a/b.git"),
        ("me@github.com:a/b.git", "me@github.com:a/b.git"),
        ("http://[::1]/a/", "http://[::1]/a/"),
        ("none", "none"),
        ("github.com/a/b", "github.com/a/b"),
        ("ftp://example.org/a/", "ftp://example.org/a/"),
        ("https://", "https://"),
        ("https://[::1/a", "https://[::1/a"),
        ("https://example.org:port/a", "https://example.org:port/a"),
        ("https://example.org/a b/", "https://example.org/a b/"),
        ("", ""),
    ],
)
def test_normal_form(written: str, normal: str) -> None:
    assert normal_url(written) == normal


STEPS = st.lists(st.text(st.sampled_from("aB1.-~%é?#/@: "), max_size=6), max_size=4).map("/".join)
HOSTS = st.sampled_from(
    [*sorted(FORGES), "www.Example.org", "www.www.x.org", "x", "[::1]", "a@b.c", "h:99", ""]
)


@settings(max_examples=1500, deadline=None)
@given(
    start=st.sampled_from(["https://", "HTTP://", "ssh://git@", "git@", "git://", "", "//"]),
    host=HOSTS, between=st.sampled_from(["/", ":", "", "://"]), path=STEPS,
    end=st.sampled_from(["", ".git", "/", ".git/", "//", "?a", "#b", ".git.git"]),
)  # fmt: skip
def test_the_normal_form_is_its_own(start: str, host: str, between: str, path: str, end: str) -> None:
    url = f"{start}{host}{between}{path}{end}"
    normal = normal_url(url)
    assert normal_url(normal) == normal
    assert is_url(normal) == is_url(url)
    assert place_of(normal) == place_of(url)


def test_names_of_some_forges_are_the_same_in_small_letters() -> None:
    assert (
        place_of("https://github.com/Author/Code/blob/main/A.py")
        == "https://github.com/author/code/blob/main/A.py"
    )
    assert place_of("git@gitlab.com:Author/Code.git") == "https://gitlab.com/author/code"
    assert place_of("https://example.org/Author/Code/") == "https://example.org/Author/Code"
