from core.mmm.quick_fit.settings import QuickFitSettings, effort_for, expected_draft_seconds


def test_a_usual_model_gets_the_standard_effort():
    assert effort_for(208 * 6) == QuickFitSettings()


def test_a_large_model_gets_less_effort_and_never_none():
    large, huge = effort_for(20 * 156 * 10), effort_for(100 * 156 * 20)
    assert QuickFitSettings().gradients > large.gradients > huge.gradients > 0
    assert huge.walkers >= 12 and huge.kept >= 24 and huge.starts == 1


def test_the_expected_time_grows_with_the_model_but_is_bounded_by_less_effort():
    national, eight, forty = (
        expected_draft_seconds(cells, size) for cells, size in ((1248, 25), (9984, 112), (50_000, 450))
    )
    assert national < 1.0 < eight < forty < 30.0
