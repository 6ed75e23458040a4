"""Overlays: named edits of a rubric that is kept upstream."""
