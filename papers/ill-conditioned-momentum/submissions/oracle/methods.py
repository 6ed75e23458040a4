"""Gradient descent, heavy ball and Nesterov's method with the constants of the paper (L = 1, mu = 1/condition)."""

import math

METHODS = ("gd", "gd-tuned", "heavy-ball", "nesterov")


def constants(method, condition):
    """Step size and momentum, equations (3) to (6)."""
    mu = 1.0 / condition
    root = math.sqrt(mu)
    if method == "gd":
        return 1.0, 0.0
    if method == "gd-tuned":
        return 2.0 / (1.0 + mu), 0.0
    if method == "heavy-ball":
        return 4.0 / (1.0 + root) ** 2, ((1.0 - root) / (1.0 + root)) ** 2
    return 1.0, (1.0 - root) / (1.0 + root)


def theoretical_rate(method, condition):
    """The factor by which the distance shrinks per iteration in the long run, equation (7)."""
    root = math.sqrt(1.0 / condition)
    return {
        "gd": 1.0 - 1.0 / condition,
        "gd-tuned": (condition - 1.0) / (condition + 1.0),
        "heavy-ball": (1.0 - root) / (1.0 + root),
        "nesterov": 1.0 - root,
    }[method]


def recurrence(method, step, momentum, eigenvalue):
    """phi1, phi2 of x(k+1) = phi1 x(k) + phi2 x(k-1) along one eigenvector, equation (8)."""
    q = 1.0 - step * eigenvalue
    if method == "nesterov":
        return (1.0 + momentum) * q, -momentum * q
    return q + momentum, -momentum


def iterates(method, step, momentum, gradient, x):
    """Yield x1, x2, ... for ever; the first step has no momentum, as x(-1) = x0."""
    previous = x
    while True:
        if method == "nesterov":
            look = [a + momentum * (a - b) for a, b in zip(x, previous)]
            following = [a - step * g for a, g in zip(look, gradient(look))]
        elif momentum:
            slope = gradient(x)
            following = [a - step * g + momentum * (a - b) for a, b, g in zip(x, previous, slope)]
        else:
            following = [a - step * g for a, g in zip(x, gradient(x))]
        previous, x = x, following
        yield x
