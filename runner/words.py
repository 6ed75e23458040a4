"""Words for numbers."""


def counted(count: int, word: str) -> str:
    """A count and its word: 1 trial, 2 trials."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
