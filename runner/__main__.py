"""python -m runner: the paperbench command."""

import sys

from runner.cli import main

sys.exit(main())
