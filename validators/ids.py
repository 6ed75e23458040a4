"""Ids: how those of papers and configs look, and how those of criteria stand in paths."""

SLUG = r"^[a-z0-9]+(?:[-._][a-z0-9]+)*\Z"
LONGEST_SLUG = 100


def escape_id(node_id: str) -> str:
    """An id as it stands in a path."""
    return node_id.replace("%", "%25").replace("/", "%2F")
