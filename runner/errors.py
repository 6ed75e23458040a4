"""The errors a user can mend: one line each, never a traceback."""


class PaperbenchError(Exception):
    """Something the user can mend; its text says what is wrong and what to do. Exit status 1."""


class UsageError(PaperbenchError):
    """A command line that cannot be understood. Exit status 2."""
