"""Judging: which judge decides which leaf, on what evidence, and where its verdicts are kept."""
