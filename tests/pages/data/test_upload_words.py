"""What the upload screen says: suggested names, counts of problems, roles carried to the next file."""

import pytest

from core.data import ColumnMap, ColumnRole, DataProblem, Mapping, Severity
from core.data.problems import problem_counts
from pages.data.upload.mapping_editor import (
    DATE_LABELS,
    KIND_LABELS,
    NUMBER_LABELS,
    ROLE_LABELS,
    role_of_label,
)
from pages.data.upload.version import carried, suggested_name


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("robyn_weekly.csv", "Robyn weekly"),
        ("2025-KW-03.media.xlsx", "2025 KW 03 media"),
        (".csv", "Csv"),
        ("_.csv", "Data set"),
    ],
)
def test_a_name_is_suggested_from_the_file(file, name):
    assert suggested_name([file]) == name


def test_every_role_has_words_of_its_own():
    assert set(ROLE_LABELS) == set(ColumnRole)
    assert all(role_of_label(words) is role for role, words in ROLE_LABELS.items())


def test_every_kind_and_format_has_words():
    from core.data import DatasetKind, DateOrder, NumberFormat

    assert set(KIND_LABELS) == set(DatasetKind)
    assert set(DATE_LABELS) == {None, *DateOrder}
    assert set(NUMBER_LABELS) == {None, *NumberFormat}


def test_problems_are_counted_by_severity():
    def problem(severity: Severity) -> DataProblem:
        return DataProblem(severity, "bad_number", "Not a number.")

    assert problem_counts([]) == "none"
    assert problem_counts([problem(Severity.ERROR)]) == "1 error"
    assert (
        problem_counts([problem(Severity.WARNING)] * 2 + [problem(Severity.ERROR)]) == "1 error, 2 warnings"
    )


def test_the_next_file_keeps_known_roles_and_leaves_new_columns_out():
    earlier = Mapping((ColumnMap("DATE", ColumnRole.DATE), ColumnMap("tv", ColumnRole.SPEND, "TV")))
    mapping = carried(earlier, ["DATE", "tv", "radio"])
    assert mapping.role_of("tv") is ColumnRole.SPEND
    assert mapping.label_of("tv") == "TV"
    assert mapping.role_of("radio") is ColumnRole.IGNORE


def test_a_column_that_vanished_stays_named_so_that_it_is_reported():
    earlier = Mapping((ColumnMap("DATE", ColumnRole.DATE), ColumnMap("tv", ColumnRole.SPEND)))
    assert carried(earlier, ["DATE"]).role_of("tv") is ColumnRole.SPEND
