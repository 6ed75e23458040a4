"""Upstream's rubric.json as the text of a rubrics/<id>.yaml."""

import json

from runner.errors import PaperbenchError
from runner.upstream.task_tree import criterion_data
from runner.upstream.yaml_text import document


def rubric_file(paper: str, text: str, where: str) -> bytes:
    """The whole file; raises PaperbenchError, where `where` names what is read, and UnicodeEncodeError."""
    try:
        root = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PaperbenchError(f"{where} is not JSON ({error}); mend the file and import again") from None
    rubric = {
        "paper": paper,
        "revision": 1,
        "status": "in_review",
        "criterion": criterion_data(root, where),
    }
    return document("rubric/v1", "../spec/v1/rubric.schema.json", rubric, frozenset({"id", "upstream_id"}))
