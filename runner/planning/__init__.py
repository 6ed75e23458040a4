"""Planning: a run config becomes plan.lock, and a plan.lock is held against its data."""

from runner.planning.drift import check_drift
from runner.planning.plan import make_plan

__all__ = ["check_drift", "make_plan"]
