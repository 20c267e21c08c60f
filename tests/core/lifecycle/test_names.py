import pytest

from core.errors import UserError
from core.lifecycle.names import LONGEST_NAME, clean_name, copy_name


def test_blanks_around_and_doubled_inside_are_dropped() -> None:
    assert clean_name("  Spring \t 2026 \n", "model") == "Spring 2026"


@pytest.mark.parametrize("name", ["", "   ", "\n\t"])
def test_an_empty_name_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(UserError, match=r"The model needs a name\."):
        clean_name(name, "model")


def test_an_overlong_name_is_refused_and_says_how_long_it_is() -> None:
    with pytest.raises(UserError, match=f"{LONGEST_NAME + 1} characters; the most is {LONGEST_NAME}"):
        clean_name("x" * (LONGEST_NAME + 1), "project")


def test_characters_that_cannot_be_shown_are_refused() -> None:
    with pytest.raises(UserError, match="cannot be shown"):
        clean_name("a\x00b", "project")


def test_a_name_in_another_script_is_fine() -> None:
    assert clean_name("Фрühjahr 春", "project") == "Фрühjahr 春"


def test_a_copy_of_the_longest_name_still_has_a_name_that_will_do() -> None:
    assert clean_name(copy_name("x" * LONGEST_NAME), "model").endswith("(copy)")
