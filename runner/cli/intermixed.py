"""A parser that takes options between the items of a list, as in `DIR --out ROOT PAPER PAPER`."""

import argparse
from typing import Any


class IntermixedParser(argparse.ArgumentParser):
    """argparse's own intermixed parsing, also below a subcommand."""

    _inside = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse what is known; the rest is returned beside it."""
        if self._inside:
            return super().parse_known_args(args, namespace)
        self._inside = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._inside = False
