"""What no document needs to exceed; beyond it a reader would take seconds or lots of memory."""

LARGEST_BYTES = 8 * 1024 * 1024
# Far above any rubric, and low enough for every recursive reader behind the first one.
DEEPEST = 64
# Four times the largest rubric.
MOST_VALUES = 50_000
# PaperBench's weights go up to 10.
LARGEST_WEIGHT = 1_000_000
# More of the same in a file are one mistake, or one habit.
MOST_FAULTS = {"error": 1_000, "warning": 5_000}
LEFT_OUT = "kinds of finding were cut short in a file that has more than 1,000 of them (5,000 warnings)"
