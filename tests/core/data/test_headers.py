"""Where the header is, and unique names for all columns."""

from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.headers import find_header
from core.data.problems import ProblemCode


def names(*rows: list[str]) -> tuple[str, ...]:
    header = find_header(rows)
    assert header is not None
    return header.names


def test_nothing_has_no_header() -> None:
    assert find_header([["", " "], []]) is None


def test_the_first_row_with_names_is_the_header() -> None:
    header = find_header([["Report"], [], ["date", "tv"], ["2024-01-01", "1"]])
    assert header is not None
    assert (header.first, header.depth, header.first_row) == (2, 1, 4)


def test_a_table_without_header_gets_names_and_a_problem() -> None:
    header = find_header([["2024-01-01", "5", "7"], ["2024-01-08", "6", "8"]])
    assert header is not None
    assert header.names == ("Column 1", "Column 2", "Column 3")
    assert header.problems[0].code == ProblemCode.NO_HEADER
    assert header.first_row == 1


def test_names_that_occur_twice_are_numbered_and_reported() -> None:
    header = find_header([["tv", "radio", "tv", "tv"], ["1", "2", "3", "4"]])
    assert header is not None
    assert header.names == ("tv", "radio", "tv (2)", "tv (3)")
    assert header.problems[0].code == ProblemCode.DUPLICATE_HEADER


def test_a_merged_cell_above_the_names_is_joined_to_them() -> None:
    found = names(
        ["", "Spend", "", "Clicks", ""], ["date", "tv", "search", "tv", "search"], ["2024-01-01", *"1234"]
    )
    assert found == ("date", "Spend tv", "Spend search", "Clicks tv", "Clicks search")


def test_names_under_a_merged_cell_are_joined_when_the_header_itself_has_gaps() -> None:
    found = names(["date", "Spend", "", "revenue"], ["", "tv", "radio", ""], ["2024-01-01", "1", "2", "3"])
    assert found == ("date", "Spend tv", "Spend radio", "revenue")


def test_a_merged_cell_over_unnamed_columns_is_reported() -> None:
    header = find_header([["date", "Spend", "", "revenue"], ["2024-01-01", "1", "2", "3"]])
    assert header is not None
    assert header.names == ("date", "Spend", "Spend 3", "revenue")
    assert header.problems[0].code == ProblemCode.MERGED_HEADER


def test_blank_columns_at_the_end_are_left_out() -> None:
    assert names(["a", "b", "", ""], ["1", "2", "", ""]) == ("a", "b")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["tv", "tv (2)", "tv (3)", "radio", ""]), min_size=2, max_size=12))
def test_names_are_always_unique_and_never_empty(cells: list[str]) -> None:
    header = find_header([cells, [str(number) for number in range(len(cells))]])
    assert header is not None
    assert len(set(header.names)) == len(header.names)
    assert all(header.names)
