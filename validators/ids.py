"""Ids of criteria as they stand in paths."""


def escape_id(node_id: str) -> str:
    """An id as it stands in a path."""
    return node_id.replace("%", "%25").replace("/", "%2F")
