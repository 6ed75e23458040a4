"""python -m runner: the paperbench command."""

import sys

from runner.cli import command

sys.exit(command())
