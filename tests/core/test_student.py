import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from biofeedback.core.student import pooled_df, quantile, tail


@pytest.mark.parametrize("df", [1.0, 1.5, 2.0, 5.7, 8.0, 20.0, 200.0, 1e4])
@pytest.mark.parametrize("t", [-50.0, -2.0, -0.1, 0.0, 0.01, 1.0, 3.0, 50.0])
def test_the_tail_is_scipys(t, df):
    assert tail(t, df) == pytest.approx(stats.t.sf(t, df), rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("df", [1.0, 1.3, 2.0, 3.0, 5.7, 17.3, 200.0, 1e4])
@pytest.mark.parametrize("chance", [1e-9, 1e-3, 0.025, 0.3, 0.49])
def test_the_quantile_is_scipys(chance, df):
    assert quantile(chance, df) == pytest.approx(stats.t.isf(chance, df), rel=1e-9, abs=1e-10)


def test_the_median_is_nought():
    assert quantile(0.5, 12.0) == pytest.approx(0.0, abs=1e-9)


@given(st.floats(0.001, 0.49), st.floats(1.0, 500.0))
@settings(max_examples=30)
def test_the_quantile_is_exceeded_as_often_as_asked(chance, df):
    assert tail(quantile(chance, df), df) == pytest.approx(chance, rel=1e-8)


def test_two_samples_of_one_variance_have_both_their_degrees_of_freedom():
    assert pooled_df((2.0, 5.0), (2.0, 5.0)) == pytest.approx(10.0)
    assert pooled_df((2.0, 5.0), (0.0, 3.0)) == pytest.approx(5.0)
    assert pooled_df((3.0, 4.0), (0.0, math.inf)) == pytest.approx(4.0)
    assert pooled_df((3.0, 4.0), (3.0, math.inf)) == pytest.approx(16.0)
    assert pooled_df((3.0, math.inf)) > 1e100
