"""Failures that are nobody's score: the infrastructure's, and those that must stop the whole run."""

import errno

# With these the runner cannot even write down what happened.
FATAL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO})
# Against these nothing that a payload left behind can be kept.
DISK = FATAL - {errno.EACCES, errno.EPERM}


class InfrastructureError(Exception):
    """A stage that failed for reasons outside agent and submission: tried again, never a score."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


def is_fatal(error: OSError) -> bool:
    """Whether going on with other stages is pointless."""
    return error.errno in FATAL
