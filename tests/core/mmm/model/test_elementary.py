import numpy as np

from core.mmm.model.elementary import exponential, logarithm


def test_the_exponential_is_exact_to_the_last_digits():
    x = np.concatenate([np.random.default_rng(0).uniform(-690, 690, 5000), [0.0, -0.0, 1e-300, 1.0]])
    out = np.empty_like(x)
    exponential(x, out)
    np.testing.assert_allclose(out, np.exp(x), rtol=1e-14)


def test_the_exponential_never_overflows():
    out = np.empty(2)
    exponential(np.array([-1e9, 1e9]), out)
    assert 0 <= out[0] < 1e-300 and 1e300 < out[1] < np.inf


def test_the_logarithm_is_exact_to_the_last_digits():
    x = np.concatenate([np.exp(np.random.default_rng(0).uniform(-690, 690, 5000)), [1e-300, 1.0, 1 + 1e-12]])
    out = np.empty_like(x)
    logarithm(x, out)
    np.testing.assert_allclose(out, np.log(x), rtol=1e-14, atol=1e-16)
