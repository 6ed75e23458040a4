"""The five experiments of the paper; each returns the rows of one table."""

import math
import random

from methods import METHODS, constants, iterates, recurrence, theoretical_rate
from problems import diagonal_gradient, norm, reflect, reflected_gradient, spectrum, start, unit_vector, value


def _starts(settings):
    """One generator for all starts, so that every method and condition number sees the same ones."""
    rng = random.Random(settings["seed"])
    return [start(rng, settings["dimension"]) for _ in range(settings["starts"])]


def _iterations(settings, method, step, momentum, gradient, x0):
    """Iterations until the distance to the minimiser is tolerance times the first one."""
    goal = settings["tolerance"] * norm(x0)
    steps = iterates(method, step, momentum, gradient, x0)
    for count in range(1, settings["max_iterations"] + 1):
        if norm(next(steps)) <= goal:
            return count
    raise RuntimeError(f"{method} did not converge in {settings['max_iterations']} iterations")


def _mean(numbers):
    return math.fsum(numbers) / len(numbers)


def convergence(settings):
    """Experiment 1: iterations to the tolerance."""
    rows = []
    for condition in settings["conditions"]:
        gradient = diagonal_gradient(spectrum(condition, settings["dimension"]))
        for method in METHODS:
            step, momentum = constants(method, condition)
            counts = [_iterations(settings, method, step, momentum, gradient, x0) for x0 in _starts(settings)]
            rows.append({"condition": condition, "method": method, "mean_iterations": _mean(counts),
                         "min_iterations": min(counts), "max_iterations": max(counts)})
    return rows


def exponents(rows):
    """Slope of log iterations against log condition, least squares."""
    slopes = {}
    for method in METHODS:
        points = [(math.log(r["condition"]), math.log(r["mean_iterations"])) for r in rows if r["method"] == method]
        mean_x, mean_y = _mean([x for x, _ in points]), _mean([y for _, y in points])
        top = math.fsum((x - mean_x) * (y - mean_y) for x, y in points)
        slopes[method] = top / math.fsum((x - mean_x) ** 2 for x, _ in points)
    return slopes


def rotation(settings):
    """Largest difference of the counts between the diagonal and the reflected quadratic."""
    condition, dimension = settings["true_condition"], settings["dimension"]
    eigenvalues = spectrum(condition, dimension)
    normal = unit_vector(random.Random(settings["seed"] + 1), dimension)
    differences = []
    for method in METHODS:
        step, momentum = constants(method, condition)
        for x0 in _starts(settings):
            plain = _iterations(settings, method, step, momentum, diagonal_gradient(eigenvalues), x0)
            dense = reflected_gradient(eigenvalues, normal)
            turned = _iterations(settings, method, step, momentum, dense, reflect(x0, normal))
            differences.append(abs(plain - turned))
    return max(differences)


def transient(settings):
    """Experiment 2: the largest value on the way, relative to the first, and how often the value rises."""
    rows = []
    for condition in settings["conditions"]:
        eigenvalues = spectrum(condition, settings["dimension"])
        for method in METHODS:
            step, momentum = constants(method, condition)
            peaks, rises = [], []
            for x0 in _starts(settings):
                steps = iterates(method, step, momentum, diagonal_gradient(eigenvalues), x0)
                values = [value(x0, eigenvalues)] + [value(next(steps), eigenvalues) for _ in range(200)]
                peaks.append(max(values) / values[0])
                rises.append(sum(later > earlier for earlier, later in zip(values, values[1:])))
            rows.append({"condition": condition, "method": method, "peak_ratio": _mean(peaks), "rises": _mean(rises)})
    return rows


def rates(settings):
    """Experiment 3: contraction per iteration between two iterations, against theory."""
    condition, (first, last) = settings["rate_condition"], settings["rate_window"]
    gradient = diagonal_gradient(spectrum(condition, settings["dimension"]))
    rows = []
    for method in METHODS:
        step, momentum = constants(method, condition)
        logs = []
        for x0 in _starts(settings):
            steps = iterates(method, step, momentum, gradient, x0)
            distances = [norm(next(steps)) for _ in range(last)]
            logs.append(math.log(distances[last - 1] / distances[first - 1]) / (last - first))
        rows.append({"method": method, "measured": math.exp(_mean(logs)), "theory": theoretical_rate(method, condition)})
    return rows


def misspecified(settings):
    """Experiment 4: momentum tuned for a condition number that is not the true one."""
    gradient = diagonal_gradient(spectrum(settings["true_condition"], settings["dimension"]))
    rows = []
    for assumed in settings["assumed_conditions"]:
        for method in ("heavy-ball", "nesterov"):
            step, momentum = constants(method, assumed)
            counts = [_iterations(settings, method, step, momentum, gradient, x0) for x0 in _starts(settings)]
            rows.append({"assumed_condition": assumed, "method": method, "mean_iterations": _mean(counts)})
    return rows


def noise(settings):
    """Experiment 5: the mean value under noisy gradients, measured and from equation (9)."""
    condition, dimension, sigma = settings["noise_condition"], settings["dimension"], settings["noise_level"]
    eigenvalues = spectrum(condition, dimension)
    rows = []
    for method in METHODS:
        step, momentum = constants(method, condition)
        rng = random.Random(settings["seed"] + 2)
        width = 2.0 * math.sqrt(3.0) * sigma

        def noisy(vector):
            return [lam * x + width * (rng.random() - 0.5) for lam, x in zip(eigenvalues, vector)]

        steps = iterates(method, step, momentum, noisy, [0.0] * dimension)
        for _ in range(settings["noise_burn_in"]):
            next(steps)
        measured = _mean([value(next(steps), eigenvalues) for _ in range(settings["noise_iterations"])])
        rows.append({"method": method, "measured": measured, "theory": _stationary(method, step, momentum, eigenvalues, sigma)})
    return rows


def _stationary(method, step, momentum, eigenvalues, sigma):
    total = []
    for eigenvalue in eigenvalues:
        phi1, phi2 = recurrence(method, step, momentum, eigenvalue)
        variance = (1.0 - phi2) * (step * sigma) ** 2 / ((1.0 + phi2) * ((1.0 - phi2) ** 2 - phi1**2))
        total.append(0.5 * eigenvalue * variance)
    return math.fsum(total)
