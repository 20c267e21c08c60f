import pytest

from core.errors import UserError
from core.mmm.sampling.sampler_settings import SamplingPlan


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(UserError) as refused:
        SamplingPlan(draws=10**6, tune=0, chains=99, seed=-1)
    assert [fault.split()[0] for fault in refused.value.faults] == ["draws", "tune", "chains", "The"]


def test_unknown_fields_are_named() -> None:
    with pytest.raises(UserError, match="cores"):
        SamplingPlan.from_json({"cores": 4})


def test_the_same_text_gives_the_same_seed_and_a_given_seed_stays() -> None:
    first, again = (SamplingPlan.from_json(None, seeded_by="abc") for _ in range(2))
    assert first == again != SamplingPlan.from_json(None, seeded_by="abd")
    assert SamplingPlan.from_json({"seed": 7}, seeded_by="abc").seed == 7


def test_json_goes_both_ways() -> None:
    plan = SamplingPlan(draws=200, tune=300, chains=2, seed=5)
    assert SamplingPlan.from_json(plan.to_json()) == plan


def test_the_usual_engine_is_not_written_down_and_an_unknown_one_is_refused() -> None:
    assert "engine" not in SamplingPlan().to_json()
    assert SamplingPlan.from_json(SamplingPlan(engine="pymc").to_json()).engine == "pymc"
    with pytest.raises(UserError, match="engine"):
        SamplingPlan(engine="abacus")
