"""The runner: plans, runs, judges, keeps verdicts and answers questions."""

__version__ = "0.1.0"
