"""Upstream's data in and out: papers, rubrics, splits, grade files and recorded answers."""
