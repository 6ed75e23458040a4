"""Deterministic checks: a check and the evidence in, met or not and why out."""

from validators.checks.evaluate import CheckEvidence, CheckResult, InvalidCheckError, evaluate

__all__ = ["CheckEvidence", "CheckResult", "InvalidCheckError", "evaluate"]
