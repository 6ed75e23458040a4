"""What a supervisor asks of the kernel that Python has no name for, and its own limits."""

import ctypes
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager

from runner.measuring import DEEPEST

_PR_SET_CHILD_SUBREAPER = 36
_KEYCTL = {"x86_64": 250, "aarch64": 219}
_KEYCTL_JOIN_SESSION_KEYRING = 1
_SPARE_FILES = 100


def adopt_orphans() -> bool:
    """Become the parent of every process below that loses its own; whether the kernel lets us."""
    return bool(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def leave_keyring() -> None:
    """Take a new and empty session keyring: nothing below can then read the keys of whoever started us."""
    number = _KEYCTL.get(os.uname().machine)
    if number is not None:
        # Where a kernel or a filter refuses it, what starts below is refused the keys as well.
        ctypes.CDLL(None).syscall(number, _KEYCTL_JOIN_SESSION_KEYRING, None)


@contextmanager
def many_files() -> Iterator[None]:
    """Let this process open as many files as a deep folder takes; what is started outside of it may not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DEEPEST + _SPARE_FILES
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
