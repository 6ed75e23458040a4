"""What is proposed for a word that is not known."""

import pytest

from validators.words import meant, meant_of_few

CHECKS = ["file_exists", "text_matches", "value", "exit_status", "log_matches"]
FACETS = ["Data Processing & Preparation", "Method Implementation", "Experimental Setup"]
PAPERS = ["self-composing-policies", "self-expansion", "rice", "robust-clip"]


@pytest.mark.parametrize(
    ("word", "known", "near"),
    [
        ("exit_code", CHECKS, "exit_status"), ("file_exist", CHECKS, "file_exists"),
        ("Method", FACETS, FACETS[1]),
        ("method implementation", FACETS, FACETS[1]), ("repo", ["repository", "host"], "repository"),
        ("setup", FACETS, FACETS[2]),
    ],
)  # fmt: skip
def test_the_nearest_word_is_proposed(word: str, known: list[str], near: str) -> None:
    assert meant_of_few(word, known) == near


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("code", CHECKS),
        ("e", CHECKS),
        ("max_tokens", ["max_usd", "max_calls"]),
        ("other", FACETS),
        (3, CHECKS),
    ],
)
def test_nothing_far_is_proposed(word: object, known: list[str]) -> None:
    assert meant_of_few(word, known) is None


def test_names_that_begin_alike_are_not_guessed() -> None:
    assert meant("self", PAPERS) is None
    assert meant("robust", PAPERS) == "robust-clip"
    assert meant("max_tokens", ["max_usd", "seed"]) is None
