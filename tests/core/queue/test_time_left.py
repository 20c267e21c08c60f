from core.queue.time_left import TimeLeft, typical_seconds

USUAL = {"prepare": 1.0, "compile": 5.0, "tune": 4.0, "sample": 6.0, "summarise": 2.0}


def test_the_rest_of_a_counted_stage_follows_from_its_rate() -> None:
    assert TimeLeft({}).seconds_left("compile", elapsed=10.0, done=20, total=100) == 40.0


def test_later_stages_add_what_they_usually_take() -> None:
    left = TimeLeft(USUAL).seconds_left("compile", elapsed=2.0, done=0, total=0)
    assert left == (5.0 - 2.0) + 4.0 + 6.0 + 2.0


def test_tuning_and_drawing_are_one_count_and_not_counted_twice() -> None:
    pace = TimeLeft(USUAL)
    assert pace.seconds_left("tune", elapsed=2.0, done=2000, total=8000) == 6.0 + 2.0
    assert pace.seconds_left("sample", elapsed=6.0, done=6000, total=8000) == 2.0 + 2.0


def test_before_a_tenth_is_done_the_rate_is_not_trusted() -> None:
    assert TimeLeft(USUAL).seconds_left("tune", elapsed=1.0, done=1, total=8000) == (10.0 - 1.0) + 2.0


def test_a_stage_that_takes_longer_than_usual_is_never_negative() -> None:
    assert TimeLeft(USUAL).seconds_left("summarise", elapsed=60.0, done=0, total=0) == 0.0


def test_without_anything_to_tell_it_by_there_is_no_estimate() -> None:
    assert TimeLeft({}).seconds_left("compile", elapsed=3.0, done=0, total=0) is None


def test_typical_seconds_are_medians_in_the_order_of_the_latest_training() -> None:
    runs = [{"a": 1.0, "b": 9.0}, {"a": 2.0, "b": 7.0}, {"a": 9.0}]
    assert list(typical_seconds(runs).items()) == [("a", 2.0), ("b", 8.0)]
