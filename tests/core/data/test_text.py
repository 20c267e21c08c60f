"""CSV in every dress: encodings, delimiters, titles, quotes, rows of the wrong length."""

import pytest

from core.data import FileProblem, ProblemCode, Severity, read_table

PLAIN = "datum;umsätze;tv\n01.01.2024;1.234,5;2\n08.01.2024;2.000;3\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_every_usual_encoding_is_read(encoding: str) -> None:
    table = read_table(PLAIN.encode(encoding), "a.csv")
    assert table.columns == ("datum", "umsätze", "tv")
    assert table.frame["umsätze"].tolist() == ["1.234,5", "2.000"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found(delimiter: str, newline: str) -> None:
    text = (
        newline.join(delimiter.join(row) for row in (["date", "tv", "kpi"], ["2024-01-01", "1.5", "2"]))
        + newline
    )
    table = read_table(text.encode(), "a.csv")
    assert table.frame.iloc[0].tolist() == ["2024-01-01", "1.5", "2"]


def test_a_semicolon_file_with_decimal_commas_is_not_split_at_the_commas() -> None:
    assert read_table(b"a;b\n1,5;2,5\n3,5;4,5\n", "a.csv").columns == ("a", "b")


def test_the_delimiter_excel_states_is_obeyed() -> None:
    table = read_table(b"sep=;\na;b\n1;2\n", "a.csv")
    assert table.columns == ("a", "b")
    assert table.row_in_file(0) == 3


def test_titles_and_blank_lines_above_the_header_are_skipped_and_rows_keep_their_numbers() -> None:
    table = read_table(b"Media report 2024\n\nExported by Ann\ndate,tv,kpi\n2024-01-01,1,2\n", "a.csv")
    assert table.columns == ("date", "tv", "kpi")
    assert table.row_in_file(0) == 5
    assert "row 4" in table.notes[0]


def test_blank_lines_inside_leave_the_row_numbers_right() -> None:
    table = read_table(b"a,b\n1,2\n\n3,4\n", "a.csv")
    assert table.frame["a"].tolist() == ["1", "3"]
    assert [table.row_in_file(0), table.row_in_file(1)] == [2, 4]


def test_quoted_cells_keep_delimiters_and_line_breaks() -> None:
    table = read_table(b'name,tv\n"a, b",1\n"two\nlines",2\n"say ""hi""",3\n', "a.csv")
    assert table.frame["name"].tolist() == ["a, b", "two\nlines", 'say "hi"']


def test_a_quote_that_is_never_closed_is_named_with_its_row() -> None:
    with pytest.raises(FileProblem, match=r"opened in row 3 and never closed"):
        read_table(b'date,tv\n2024-01-01,1\n2024-01-08,"5\n2024-01-15,6\n', "a.csv")


def test_a_row_that_is_too_long_is_an_error_with_its_place_and_a_short_one_is_filled() -> None:
    table = read_table(b"a,b\n1,2\n3\n4,5,6\n", "a.csv")
    assert table.frame.to_numpy().tolist() == [["1", "2"], ["3", ""], ["4", "5"]]
    (problem,) = table.problems
    assert (problem.code, problem.severity, problem.row) == (ProblemCode.RAGGED_ROW, Severity.ERROR, 4)
    assert problem.repair is not None and problem.repair.params["rows"] == [4]


def test_trailing_delimiters_add_no_column() -> None:
    assert read_table(b"a,b,\n1,2,\n3,4,\n", "a.csv").columns == ("a", "b")


def test_row_names_without_a_header_get_a_column_of_their_own() -> None:
    table = read_table(b"tv,radio\n1,5,6\n2,7,8\n3,8,9\n", "a.csv")
    assert table.columns == ("Column 1", "tv", "radio")
    assert table.frame["radio"].tolist() == ["6", "8", "9"]


def test_text_that_begins_like_utf16_but_breaks_off_is_said() -> None:
    with pytest.raises(FileProblem, match="breaks off or is damaged"):
        read_table(PLAIN.encode("utf-16")[:-1], "a.csv")


def test_a_few_damaged_bytes_do_not_spoil_all_umlauts() -> None:
    content = ("stadt,tv\n" + "Köln,1\nMünchen,2\n" * 20).encode() + b"K\xf6ln,3\n"
    table = read_table(content, "a.csv")
    assert table.frame["stadt"].iloc[1] == "München"
    assert "1 damaged characters" in " ".join(table.notes)
