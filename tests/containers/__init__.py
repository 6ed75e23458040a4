"""Tests with the real Apptainer, as whatever user runs them."""
