"""What all tests start from."""

import signal

# A shell starts background jobs with SIGINT ignored, and children inherit that; tests send it to programs.
signal.signal(signal.SIGINT, signal.default_int_handler)
