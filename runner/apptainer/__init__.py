"""Apptainer, the program: typed options in, arguments out, and one error for a call that failed."""

from runner.apptainer.calls import ApptainerError, call, version
from runner.apptainer.command import Bind, Exec, Places

__all__ = ["ApptainerError", "Bind", "Exec", "Places", "call", "version"]
