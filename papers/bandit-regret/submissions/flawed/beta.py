"""Draws from a Beta distribution made from uniform ones alone, so that every Python gives the same."""

from math import exp, log, sqrt


def sample_beta(rng, a, b):
    """One draw from Beta(a, b) for a, b >= 1: by inversion where one is 1, else Cheng's algorithm BB (1978)."""
    if a == 1:
        return 1.0 - rng.random() ** (1.0 / b)
    if b == 1:
        return rng.random() ** (1.0 / a)
    low, high = (a, b) if a < b else (b, a)
    total = low + high
    beta = sqrt((total - 2.0) / (2.0 * low * high - total))
    gamma = low + 1.0 / beta
    uniform = rng.random
    while True:
        u1, u2 = uniform(), uniform()
        if u1 == 0.0 or u2 == 0.0:
            continue
        v = beta * log(u1 / (1.0 - u1))
        w = low * exp(v)
        z = u1 * u1 * u2
        r = gamma * v - 1.3862943611198906
        s = low + r - w
        if s + 2.6094379124341003 >= 5.0 * z or r + total * log(total / (high + w)) >= log(z):
            return w / (high + w) if low == a else high / (high + w)
