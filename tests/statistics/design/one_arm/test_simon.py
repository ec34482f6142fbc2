"""Two-stage designs against Simon 1989 and plain enumeration. clinfun is compared in oracle/dosefinding."""

import numpy as np
import pytest

from oracle.dosefinding.one_arm import told
from protorun.errors import UsageError
from protorun.statistics.design.one_arm.simon import TwoStage, simon, two_stage_rates


def test_the_designs_of_simons_tables():
    # Simon 1989, table 1: p0 = .1, p1 = .3, alpha = .05, beta = .1: optimal 2/18 6/35, EN 22.5; minimax 2/22 6/33, EN 26.2
    found = simon(0.1, 0.3, alpha=0.05, beta=0.1)
    assert (told(found.optimal), round(found.optimal.patients, 1)) == ([2, 18, 6, 35], 22.5)
    assert (told(found.minimax), round(found.minimax.patients, 1)) == ([2, 22, 6, 33], 26.2)


def every_design(p0, p1, alpha, beta, most):
    """All first stages of every size that work with some r, in plain loops over all outcomes."""
    from itertools import product

    from scipy.stats import binom

    for n in range(2, most + 1):
        for n1 in range(1, n):
            x, y = np.array(list(product(range(n1 + 1), range(n - n1 + 1)))).T
            weight = [binom.pmf(x, n1, p) * binom.pmf(y, n - n1, p) for p in (p0, p1)]
            for r1 in range(n1):
                for r in range(r1 + 1, n):
                    accepted = (x > r1) & (x + y > r)
                    if weight[0][accepted].sum() <= alpha and weight[1][accepted].sum() >= 1 - beta:
                        patients = n1 + (n - n1) * weight[0][x > r1].sum()
                        yield n, patients, [r1, n1, r, n]
                        break


@pytest.mark.parametrize("asked", [(0.2, 0.7, 0.1, 0.2), (0.05, 0.5, 0.1, 0.1), (0.4, 0.9, 0.05, 0.2)])
def test_no_design_of_a_plain_search_is_better(asked):
    p0, p1, alpha, beta = asked
    found = simon(p0, p1, alpha=alpha, beta=beta)
    all_ = list(every_design(*asked, found.optimal.n + 2))
    assert min(all_)[2] == told(found.minimax)
    assert min(all_, key=lambda one: one[1])[2] == told(found.optimal)


def test_errors_are_kept_and_weights_join():
    for p0, p1, alpha, beta in [(0.15, 0.4, 0.05, 0.2), (0.3, 0.45, 0.1, 0.1), (0.02, 0.2, 0.025, 0.15)]:
        designs = simon(p0, p1, alpha=alpha, beta=beta).admissible
        assert all(d.alpha <= alpha and d.power >= 1 - beta for d in designs)
        assert [d.q_from for d in designs[:-1]] == [d.q_to for d in designs[1:]]
        assert (designs[0].q_to, designs[-1].q_from) == (1, 0)
        for design in designs:
            again = two_stage_rates(design, [p0, p1])
            np.testing.assert_allclose(again.accept, [design.alpha, design.power], atol=1e-12)
            np.testing.assert_allclose(again.patients[0], design.patients, atol=1e-9)


def test_the_search_keeps_to_the_patients_it_may_use():
    assert simon(0.1, 0.3, alpha=0.05, beta=0.1, nmax=33).optimal.n == 33
    with pytest.raises(UsageError, match="no two-stage design of at most 32 patients"):
        simon(0.1, 0.3, alpha=0.05, beta=0.1, nmax=32)


def test_what_cannot_be_is_refused():
    with pytest.raises(UsageError, match="0 < p0 < p1 < 1 is wanted"):
        simon(0.3, 0.1)
    with pytest.raises(UsageError, match="alpha lies between 0 and 1"):
        simon(0.1, 0.3, alpha=0)
    with pytest.raises(UsageError, match="0 <= r1 < n1 < n"):
        TwoStage(5, 5, 6, 10)
    with pytest.raises(UsageError, match="a response rate lies between 0 and 1"):
        two_stage_rates(TwoStage(1, 5, 3, 10), 1.2)
