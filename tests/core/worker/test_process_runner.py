from core.worker.fork_server import UNKNOWN_EXIT
from core.worker.process_runner import exit_message


def test_a_killed_training_names_the_signal_and_says_what_to_do() -> None:
    sentence = exit_message(-9)
    assert "was killed (SIGKILL)" in sentence and sentence.endswith("it can be run again.")


def test_a_training_whose_end_nobody_saw_was_killed() -> None:
    assert exit_message(UNKNOWN_EXIT).startswith("The training's process was killed, ")


def test_a_training_that_left_without_a_word_points_to_the_log() -> None:
    assert "exit code 1" in exit_message(1) and "log" in exit_message(1)
