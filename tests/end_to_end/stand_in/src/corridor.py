"""A corridor with one reward at its far end."""

LENGTH = 12


def step(state: int, action: int) -> tuple[int, float, bool]:
    """Walk left (0) or right (1); the reward of 1 lies behind the last cell."""
    state = max(0, state + (1 if action else -1))
    return (state, 1.0, True) if state >= LENGTH else (state, 0.0, False)
