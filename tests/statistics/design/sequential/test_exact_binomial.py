"""Exact group-sequential designs of one proportion, every path written out."""

from itertools import product

import numpy as np
import pytest

from protorun.errors import UsageError
from protorun.statistics.design.sequential.exact_binomial import exact_binomial


def test_all_two_to_the_ten_courses_of_ten_patients():
    n, low, high, p = [4, 7, 10], [0, 2, 5], [4, 6, 6], 0.45
    up, down = np.zeros(3), np.zeros(3)
    for course in product((0, 1), repeat=10):
        chance = np.prod([p if x else 1 - p for x in course])
        for look, size in enumerate(n):
            count = sum(course[:size])
            if count <= low[look] or count >= high[look]:
                (down if count <= low[look] else up)[look] += chance
                break
    found = exact_binomial(n, low, high, p)
    np.testing.assert_allclose(found.upper[:, 0], up, atol=1e-14)
    np.testing.assert_allclose(found.lower[:, 0], down, atol=1e-14)


def test_bounds_that_stop_nobody():
    found = exact_binomial([5, 9], [-1, 3], [6, 4], [0.0, 0.3, 1.0])
    np.testing.assert_allclose(found.upper[0], 0)
    np.testing.assert_allclose(found.lower.sum(0) + found.upper.sum(0), 1)


@pytest.mark.parametrize(
    ("n", "a", "b", "p"), [([5, 5], [0, 1], [4, 4], 0.2), ([5], [3], [3], 0.2), ([5], [0], [2], 1.2)]
)
def test_what_does_not_fit_is_refused(n, a, b, p):
    with pytest.raises(UsageError):
        exact_binomial(n, a, b, p)
