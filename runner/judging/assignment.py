"""Which leaves a trial asks for, and who decides each. Pure."""

from runner.judging.evidence import CODE_DEVELOPMENT
from runner.judging.types import Leaf
from validators.digest import leaf_digests
from validators.models.config import Protocol
from validators.models.judge import Judge
from validators.tree import Node, leaves_with_texts

CHECKS, RULE = "checks", "rule"
NOT_REPRODUCED = "not_reproduced"


def wanted_leaves(root: Node, protocol: Protocol) -> tuple[Leaf, ...]:
    """The leaves to judge, in order: only those of code under code-dev, else all."""
    digests = leaf_digests(root)
    return tuple(
        Leaf(path, digests[path], node.requirement, node.category or CODE_DEVELOPMENT, above, node.check)
        for path, above, node in leaves_with_texts(root)
        if is_wanted(node, protocol)
    )


def is_wanted(leaf: Node, protocol: Protocol) -> bool:
    """Whether trials of the protocol ask for the leaf."""
    return protocol != "code-dev" or leaf.category == CODE_DEVELOPMENT


def assigned(leaf: Leaf, config: Judge, *, not_reproduced: bool) -> str:
    """Who decides the leaf: the rule on missing reproductions, its check, else the config's choice."""
    if not_reproduced and leaf.category != CODE_DEVELOPMENT:
        return RULE
    return CHECKS if config.checks and leaf.check is not None else config.otherwise
