"""Data / Library: the list, one data set in full, and what can be done to it."""

from __future__ import annotations

from core.access import Role
from core.data.store import datasets, delete_dataset, save_version
from core.database import session
from pages.shared.screens import Screen
from tests.pages.conftest import everything_shown
from tests.pages.data.conftest import ROBYN, prepared_sample

LIBRARY = Screen.LIBRARY


def test_signed_out_nothing_is_listed(signed_out_page, sample):
    app = signed_out_page(LIBRARY)
    assert not app.exception
    assert "Robyn" not in everything_shown(app)


def test_an_empty_library_offers_an_upload_and_the_template(open_page):
    app = open_page(LIBRARY)
    assert not app.exception
    text = everything_shown(app)
    assert "No data yet" in text
    assert "What the file should look like" in text


def test_a_data_set_is_listed_with_rows_period_and_who_brought_it(open_page, sample):
    text = everything_shown(open_page(LIBRARY))
    assert "Robyn" in text
    assert "208 rows · 23 Nov 2015 to 11 Nov 2019 · no problems · 0 models · by Olga" in text


def test_a_data_set_opens_with_its_columns_and_versions(open_page, owner, sample):
    _, made = prepared_sample()
    with session() as s:
        newer = save_version(s, owner, sample.id, [("robyn2.csv", ROBYN.read_bytes() + b"\n")], made)
    app = open_page(LIBRARY, dataset=newer.id)
    assert not app.exception
    text = everything_shown(app)
    assert "Version 2 of 2" in text
    assert "Version 1: 208 rows" in text
    roles = next(frame.value for frame in app.dataframe if "Role" in frame.value)
    assert dict(zip(roles["Column"], roles["Role"], strict=True))["revenue"] == "KPI to explain"


def test_another_version_can_be_shown(open_page, owner, sample):
    _, made = prepared_sample()
    with session() as s:
        newer = save_version(s, owner, sample.id, [("robyn2.csv", ROBYN.read_bytes() + b"\n")], made)
    app = open_page(LIBRARY, dataset=newer.id)
    app.button(key=f"version:{sample.id}").click().run()
    assert "Version 1 of 2" in everything_shown(app)


def test_a_deleted_data_set_says_so_instead_of_failing(open_page, owner, sample):
    with session() as s:
        delete_dataset(s, owner, sample.id)
    app = open_page(LIBRARY, dataset=sample.id)
    assert not app.exception
    assert "was not found" in everything_shown(app)


def test_archived_data_sets_are_apart(open_page, owner, sample):
    from core.data.store import archive_dataset

    with session() as s:
        archive_dataset(s, owner, sample.id)
    app = open_page(LIBRARY)
    assert "208 rows" not in everything_shown(app)
    app.toggle(key="library_archived").set_value(True).run()
    assert "208 rows" in everything_shown(app)


def test_a_stranger_does_not_see_it(open_page, owner, project_id, sample, stranger):
    app = open_page(LIBRARY, person=stranger, dataset=sample.id)
    assert not app.exception
    assert "Robyn" not in everything_shown(app)


def test_a_viewer_looks_but_does_not_touch(open_page, new_member, sample, project_id, owner):
    app = open_page(LIBRARY, person=new_member(Role.VIEWER), dataset=sample.id)
    assert not app.exception
    assert not {"dataset_model", "dataset_next"} & {button.key for button in app.button}
    with session() as s:
        assert len(datasets(s, owner, project_id)) == 1
