"""Quadratics with a prescribed spectrum, in the basis of their eigenvectors or reflected out of it."""

import math


def spectrum(condition, dimension):
    """Eigenvalues from 1/condition to 1, evenly spaced on a logarithmic scale."""
    return [condition ** (-i / (dimension - 1)) for i in range(dimension - 1, -1, -1)]


def start(rng, dimension):
    """A start with independent coordinates: a random sign, and a magnitude uniform on [1/2, 3/2]."""
    return [(0.5 + rng.random()) * (1.0 if rng.random() < 0.5 else -1.0) for _ in range(dimension)]


def unit_vector(rng, dimension):
    vector = start(rng, dimension)
    length = norm(vector)
    return [value / length for value in vector]


def reflect(vector, normal):
    """The Householder reflection of a vector in the hyperplane with this unit normal."""
    # math.fsum, since the rounding of sum() differs between versions of Python.
    twice = 2.0 * math.fsum(v * n for v, n in zip(vector, normal))
    return [v - twice * n for v, n in zip(vector, normal)]


def norm(vector):
    return math.sqrt(math.fsum(value * value for value in vector))


def value(vector, eigenvalues):
    return 0.5 * math.fsum(lam * x * x for lam, x in zip(eigenvalues, vector))


def diagonal_gradient(eigenvalues):
    def gradient(vector):
        return [lam * x for lam, x in zip(eigenvalues, vector)]

    return gradient


def reflected_gradient(eigenvalues, normal):
    """The gradient of the same quadratic after a reflection of its axes: a dense Hessian."""

    def gradient(vector):
        inner = reflect(vector, normal)
        return reflect([lam * x for lam, x in zip(eigenvalues, inner)], normal)

    return gradient
