"""The three experiments of the paper, and the theory they are held against."""

import math

from bandit import gaps, play
from policies import make


def _mean(numbers):
    return math.fsum(numbers) / len(numbers)


def _error(numbers):
    """Standard error of the mean."""
    mean = _mean(numbers)
    return math.sqrt(math.fsum((x - mean) ** 2 for x in numbers) / (len(numbers) - 1) / len(numbers))


def _seed(settings, run):
    """The same for every policy and problem: run k of each begins with the same generator."""
    return settings["seed"] * 1000 + run


def _median(numbers):
    """Of an even number of runs: the mean of the middle two."""
    ordered, half = sorted(numbers), len(numbers) // 2
    return (ordered[half - 1] + ordered[half]) / 2.0


def _runs(settings, name, means, delay=0, runs=None, **overrides):
    """Curves and pulls of all runs."""
    return [
        play(make(name, means, settings, **overrides), means, settings["horizon"], settings["checkpoints"],
             _seed(settings, run), delay)
        for run in range(runs or settings["runs"])
    ]


def comparison(settings):
    """Experiment 1: final regret, its growth, and how often the best arm is played."""
    rows, curves = [], []
    for problem, means in settings["problems"].items():
        best = means.index(max(means))
        for name in settings["policies"]:
            runs = _runs(settings, name, means)
            final = [curve[-1] for curve, _ in runs]
            shares = [pulls[best] / settings["horizon"] for _, pulls in runs]
            rows.append({"problem": problem, "policy": name, "mean_regret": _mean(final),
                         "standard_error": _error(final), "best_arm_share": _mean(shares)})
            for index, t in enumerate(settings["checkpoints"]):
                curves.append({"problem": problem, "policy": name, "t": t,
                               "mean_regret": _mean([curve[index] for curve, _ in runs])})
    return rows, curves


def sensitivity(settings):
    """Experiment 2: UCB's width and epsilon-greedy's epsilon on the wide problem."""
    means = settings["problems"]["wide"]
    rows = []
    sweeps = (
        ("width", "ucb1", settings["widths"], settings["runs"]),
        ("epsilon", "eps-fixed", settings["epsilons"], settings["epsilon_runs"]),
    )
    for parameter, name, values, count in sweeps:
        for value in values:
            runs = _runs(settings, name, means, runs=count, **{parameter: value})
            final = [curve[-1] for curve, _ in runs]
            rows.append({"parameter": parameter, "value": f"{value:g}", "mean_regret": _mean(final),
                         "standard_error": _error(final), "median_regret": _median(final),
                         "worst_regret": max(final)})
    return rows


def delayed(settings):
    """Experiment 3: rewards that arrive late, on the wide problem."""
    means = settings["problems"]["wide"]
    rows = []
    for name in ("ucb1", "thompson"):
        runs = _runs(settings, name, means, settings["delay"], settings["delay_runs"])
        final = [curve[-1] for curve, _ in runs]
        rows.append({"policy": name, "delay": settings["delay"], "mean_regret": _mean(final),
                     "standard_error": _error(final)})
    return rows


def divergence(p, q):
    """Kullback-Leibler divergence between Bernoulli(p) and Bernoulli(q)."""
    return p * math.log(p / q) + (1.0 - p) * math.log((1.0 - p) / (1.0 - q))


def lower_bound_slope(means):
    """The constant of Lai and Robbins, equation (5): regret per ln T that no consistent policy beats."""
    best = max(means)
    return math.fsum((best - mean) / divergence(mean, best) for mean in means if mean < best)


def ucb1_bound(means, horizon):
    """The finite-time bound on UCB1's regret by Auer et al., equation (6)."""
    positive = [gap for gap in gaps(means) if gap > 0]
    return 8.0 * math.fsum(math.log(horizon) / gap for gap in positive) + (1.0 + math.pi**2 / 3.0) * math.fsum(positive)
