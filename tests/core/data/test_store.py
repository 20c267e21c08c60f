import io
import zipfile
from dataclasses import replace

import pytest
from pandas.testing import assert_frame_equal
from sqlalchemy.orm import Session

from core.access import NotFound, Person
from core.access.store import audit
from core.data import DataProblem, Severity
from core.data import store as data
from core.data.dataset_info import DatasetInfo
from core.data.saved_versions import bundle_files
from core.demo.weekly_sales import Demo
from core.errors import UserError
from core.mmm.store.models import model


def test_the_file_comes_back_byte_for_byte_and_the_table_as_it_was(
    dataset: DatasetInfo, weekly: Demo
) -> None:
    assert data.dataset_file(dataset) == weekly.content
    assert_frame_equal(data.dataset_frame(dataset), weekly.prepared.frame)
    assert (dataset.rows, dataset.columns) == weekly.prepared.frame.shape
    assert (str(dataset.start_on), str(dataset.end_on)) == ("2015-11-23", "2019-11-11")


def test_a_table_with_errors_is_not_saved_and_every_error_is_told(
    s: Session, person: Person, project: int, weekly: Demo
) -> None:
    faults = tuple(DataProblem(Severity.ERROR, "model", f"Fault {number}.") for number in (1, 2))
    broken = replace(weekly.prepared, problems=faults)
    with pytest.raises(UserError) as refused:
        data.save_dataset(s, person, project, "Bad", [("a.csv", b"x")], broken)
    assert refused.value.faults == ["Fault 1.", "Fault 2."]
    assert data.datasets(s, person, project) == ()


def test_a_new_version_leads_the_list_and_the_old_one_stays(
    s: Session, person: Person, project: int, dataset: DatasetInfo, weekly: Demo
) -> None:
    second = data.save_version(s, person, dataset.id, [("next.csv", b"other")], weekly.prepared)
    third = data.save_version(s, person, dataset.id, [("third.csv", b"third")], weekly.prepared)
    assert [(info.version, info.is_latest) for info in data.versions(s, person, dataset.id)] == [
        (3, True),
        (2, False),
        (1, False),
    ]
    assert [info.id for info in data.datasets(s, person, project)] == [third.id]
    assert data.dataset_file(second) == b"other"
    assert data.dataset_file(dataset) != b"other"


def test_a_model_says_that_there_are_newer_data(
    s: Session, person: Person, dataset: DatasetInfo, weekly: Demo, waiting: int
) -> None:
    assert model(s, person, waiting).dataset_latest_id == dataset.id
    newer = data.save_version(s, person, dataset.id, [("next.csv", b"other")], weekly.prepared)
    assert model(s, person, waiting).dataset_latest_id == newer.id


def test_renaming_reaches_every_version(
    s: Session, person: Person, dataset: DatasetInfo, weekly: Demo
) -> None:
    data.save_version(s, person, dataset.id, [("next.csv", b"other")], weekly.prepared)
    data.rename_dataset(s, person, dataset.id, "Weekly")
    assert {info.name for info in data.versions(s, person, dataset.id)} == {"Weekly"}
    with pytest.raises(UserError):
        data.rename_dataset(s, person, dataset.id, " ")


def test_a_duplicate_is_version_one_of_its_own(
    s: Session, person: Person, dataset: DatasetInfo, weekly: Demo
) -> None:
    second = data.save_version(s, person, dataset.id, [("next.csv", b"other")], weekly.prepared)
    copy = data.duplicate_dataset(s, person, second.id)
    assert (copy.name, copy.version, copy.versions, copy.root_id) == ("Sales (copy)", 1, 1, copy.id)
    data.delete_dataset(s, person, dataset.id)
    assert data.dataset_file(data.dataset(s, person, copy.id)) == b"other"


def test_deleting_takes_all_versions_and_restoring_brings_them_back_while_models_stay(
    s: Session, person: Person, project: int, dataset: DatasetInfo, weekly: Demo, completed: int
) -> None:
    data.save_version(s, person, dataset.id, [("next.csv", b"other")], weekly.prepared)
    data.delete_dataset(s, person, dataset.id)
    assert data.datasets(s, person, project) == ()
    with pytest.raises(NotFound):
        data.dataset(s, person, dataset.id)
    assert model(s, person, completed).results is not None
    assert data.restore_dataset(s, person, dataset.id).versions == 2
    assert len(data.versions(s, person, dataset.id)) == 2


def test_archiving_lists_apart(s: Session, person: Person, project: int, dataset: DatasetInfo) -> None:
    data.archive_dataset(s, person, dataset.id)
    assert data.datasets(s, person, project) == ()
    assert [info.id for info in data.datasets(s, person, project, archived=True)] == [dataset.id]
    data.unarchive_dataset(s, person, dataset.id)
    assert [info.id for info in data.datasets(s, person, project)] == [dataset.id]


def test_a_stranger_finds_nothing(
    s: Session, person: Person, stranger: Person, project: int, dataset: DatasetInfo, weekly: Demo
) -> None:
    for look in (data.dataset, data.versions, data.delete_dataset, data.duplicate_dataset):
        with pytest.raises(NotFound):
            look(s, stranger, dataset.id)
    with pytest.raises(NotFound):
        data.datasets(s, stranger, project)
    with pytest.raises(NotFound):
        data.save_version(s, stranger, dataset.id, [("a.csv", b"x")], weekly.prepared)


def test_each_change_is_in_the_audit_log(
    s: Session, person: Person, project: int, dataset: DatasetInfo
) -> None:
    data.rename_dataset(s, person, dataset.id, "Weekly")
    data.delete_dataset(s, person, dataset.id)
    data.restore_dataset(s, person, dataset.id)
    found = [event.action for event in audit(s, person, project)]
    assert sorted(found) == ["dataset:delete", "dataset:rename", "dataset:restore", "dataset:upload"]


def test_several_files_are_kept_as_one_archive_that_is_always_the_same() -> None:
    files = [("folder/a.csv", b"1"), ("b.csv", b"2")]
    name, content = bundle_files(files)
    assert name == "a_and_1_more.zip"
    assert bundle_files(files) == (name, content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry: archive.read(entry) for entry in archive.namelist()} == {
            "01_a.csv": b"1",
            "02_b.csv": b"2",
        }


def test_no_file_at_all_is_refused() -> None:
    with pytest.raises(UserError, match="no file"):
        bundle_files([])
