"""UCB1, Thompson sampling and epsilon-greedy; ties go to the arm with the lowest index."""

import math

from beta import sample_beta


class Counts:
    """What every policy knows: how often each arm was observed, and how often it paid."""

    def __init__(self, arms):
        self.arms = arms
        self.seen = [0] * arms
        self.paid = [0] * arms

    def learn(self, arm, reward):
        self.seen[arm] += 1
        self.paid[arm] += reward


def argmax(values):
    return values.index(max(values))


class Ucb1(Counts):
    """Equation (2): the mean plus sqrt(width * ln t / n); width 2 is UCB1."""

    def __init__(self, arms, width):
        super().__init__(arms)
        self.width = width

    def choose(self, t, rng):
        if 0 in self.seen:
            return (t - 1) % self.arms
        bonus = self.width * math.log10(t)
        return argmax([p / n + math.sqrt(bonus / n) for p, n in zip(self.paid, self.seen)])


class Thompson(Counts):
    """Equation (3): one draw from each arm's Beta posterior, and the arm of the largest draw."""

    def __init__(self, arms, prior):
        super().__init__(arms)
        self.prior = prior

    def choose(self, t, rng):
        a, b = self.prior
        return argmax([sample_beta(rng, a + p, b + n - p) for p, n in zip(self.paid, self.seen)])


class EpsilonGreedy(Counts):
    """Equation (4): a uniform arm with probability epsilon(t), else the arm with the best mean."""

    def __init__(self, arms, epsilon):
        super().__init__(arms)
        self.epsilon = epsilon

    def choose(self, t, rng):
        if 0 in self.seen:
            return (t - 1) % self.arms
        if rng.random() < self.epsilon(t):
            return int(rng.random() * self.arms)
        return argmax([p / n for p, n in zip(self.paid, self.seen)])


def make(name, means, settings, **overrides):
    """A fresh policy by its name in the paper."""
    arms = len(means)
    if name == "ucb1":
        return Ucb1(arms, overrides.get("width", settings["width"]))
    if name == "thompson":
        return Thompson(arms, settings["prior"])
    if name == "eps-fixed":
        epsilon = overrides.get("epsilon", settings["epsilon"])
        return EpsilonGreedy(arms, lambda t: epsilon)
    smallest = sorted(max(means) - mean for mean in means)[1]
    scale = settings["decay_constant"] * arms / smallest**2
    return EpsilonGreedy(arms, lambda t: min(1.0, scale / t))
