"""Bernoulli bandits: one run of a policy on a problem, with regret counted from the means."""

import random
from collections import deque


def gaps(means):
    best = max(means)
    return [best - mean for mean in means]


def play(policy, means, horizon, checkpoints, seed, delay=0):
    """Regret at each checkpoint, and the pulls of each arm; rewards reach the policy `delay` steps late."""
    rng = random.Random(seed)
    losses = gaps(means)
    pulls = [0] * len(means)
    waiting = deque()
    choose, learn, uniform = policy.choose, policy.learn, rng.random
    marks = frozenset(checkpoints)
    regret, curve = 0.0, []
    for t in range(1, horizon + 1):
        arm = choose(t, rng)
        waiting.append((arm, uniform() < means[arm]))
        pulls[arm] += 1
        # Pseudo-regret: the gap of the arm that was played, not the reward that it happened to pay.
        regret += losses[arm]
        if t > delay:
            learn(*waiting.popleft())
        if t in marks:
            curve.append(regret)
    return curve, pulls
