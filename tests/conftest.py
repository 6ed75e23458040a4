"""What all tests start from."""

import os
import signal

from hypothesis import settings

# The same examples at every run of CI, where a new one would stop somebody else's change; others elsewhere.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

# A shell starts background jobs with SIGINT ignored, and children inherit that; tests send it to programs.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Inside GitHub Actions the command annotates; the tests read what it says to people.
for _name in [name for name in os.environ if name.startswith("GITHUB_")]:
    del os.environ[_name]
