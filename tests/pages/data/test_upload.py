"""Data / Upload: who sees it, what a good file becomes, and the sentence for each bad one."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from core.access import Role
from core.data import FileProblem, Mapping, detect, read_table, to_mmm_config_fields
from core.data.store import datasets, versions
from core.database import session
from core.json_values import from_json
from core.mmm import MMMConfig
from core.mmm.prepare import prepare
from core.mmm.store.models import models, train
from db.tables import JobStatus, Model
from pages.shared.screens import Screen
from tests.pages.conftest import everything_shown
from tests.pages.data.conftest import ROBYN

UPLOAD = Screen.UPLOAD
SAVE = "save_dataset"


def drop(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """Put files into the uploader and run the screen."""
    for name, content in files:
        app.file_uploader[0].upload(name, content)
    return app.run()


def with_changes(**cells: object) -> bytes:
    """The sample with the named columns changed at row 10."""
    frame = pd.read_csv(ROBYN, keep_default_na=False).astype(object)
    for column, value in cells.items():
        frame.loc[10, column] = value
    return frame.to_csv(index=False).encode()


def test_signed_out_there_is_no_uploader(signed_out_page):
    app = signed_out_page(UPLOAD)
    assert not app.exception
    assert not app.file_uploader


def test_without_a_file_it_says_what_one_should_look_like(open_page):
    app = open_page(UPLOAD)
    assert not app.exception
    assert app.title[0].value == "Upload"
    assert "What the file should look like" in everything_shown(app)


def test_a_good_file_is_recognised_and_saved_with_one_press(open_page, owner, project_id):
    app = drop(open_page(UPLOAD), ("robyn_weekly.csv", ROBYN.read_bytes()))
    assert not app.exception
    text = everything_shown(app)
    assert "208 rows, 12 columns" in text
    assert "No problems found" in text
    assert app.text_input(key="name:robyn_weekly.csv").value == "Robyn weekly"
    app.button(key=SAVE).click().run()
    with session() as s:
        saved = datasets(s, owner, project_id)
    assert [(info.name, info.rows, info.version) for info in saved] == [("Robyn weekly", 208, 1)]


BAD_FILES = {
    "empty": ("empty.csv", b""),
    "no workbook": ("broken.xlsx", b"this is not a workbook"),
    "a picture": ("logo.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8),
    "broken parquet": ("table.parquet", b"PAR1 and then nothing"),
    "header only": ("header.csv", b"date,revenue,tv_spend\n"),
}


def reasons(file: str, content: bytes) -> list[str]:
    """Every sentence the reader, or else the checks of the table, have about the file; at least one."""
    try:
        table = read_table(content, file)
    except FileProblem as problem:
        return problem.faults
    return [problem.message for problem in prepare(table, detect(table).mapping()).errors]


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_read_gets_its_sentence_and_nothing_is_saved(
    open_page, owner, project_id, name
):
    file, content = BAD_FILES[name]
    app = drop(open_page(UPLOAD), (file, content))
    assert not app.exception
    shown = " ".join(everything_shown(app).split())
    assert all(" ".join(fault.split()) in shown for fault in reasons(file, content))
    assert not any(button.key == SAVE and not button.disabled for button in app.button)
    with session() as s:
        assert not datasets(s, owner, project_id)


BAD_CELLS = {
    "not a number": ({"tv_S": "oops"}, "cannot be read as a number"),
    "negative spend": ({"print_S": -50}, "negative"),
    "not a date": ({"DATE": "someday"}, "someday"),
}


@pytest.mark.parametrize("name", BAD_CELLS)
def test_a_bad_cell_is_named_with_its_place_and_blocks_saving(open_page, name):
    cells, words = BAD_CELLS[name]
    app = drop(open_page(UPLOAD), ("robyn.csv", with_changes(**cells)))
    text = everything_shown(app)
    assert words in text
    assert f"robyn.csv, column {next(iter(cells))}, row 12" in text
    assert app.button(key=SAVE).disabled


def test_repairing_all_safe_ones_mends_the_file_and_can_be_taken_back(open_page):
    frame = pd.read_csv(ROBYN, keep_default_na=False).astype(object)
    frame.loc[20, "print_S"] = -50
    twice = pd.concat([frame, frame.iloc[[5]]])
    app = drop(open_page(UPLOAD), ("robyn.csv", twice.to_csv(index=False).encode()))
    assert app.button(key=SAVE).disabled
    app.button(key="repair_all").click().run()
    assert not app.button(key=SAVE).disabled
    assert everything_shown(app).count("Repaired: ") == 2
    app.button(key="unrepair:0").click().run()
    assert app.button(key=SAVE).disabled


def test_headers_are_shown_as_they_are_written(open_page):
    frame = pd.read_csv(ROBYN, keep_default_na=False).astype(object)
    evil = "TV spend [link](http://x.y) :red[loud] <b>bold</b>"
    frame.loc[10, "tv_S"] = "oops"
    content = frame.rename(columns={"tv_S": evil}).to_csv(index=False).encode()
    app = drop(open_page(UPLOAD), ("robyn.csv", content))
    assert not app.exception
    lines = [element.value for element in app.markdown if "oops" in element.value]
    assert lines, everything_shown(app)
    assert all("[link](http" not in line and " :red[loud]" not in line for line in lines)


def test_two_files_are_joined_on_their_dates(open_page):
    frame = pd.read_csv(ROBYN, keep_default_na=False)
    kpi = frame[["DATE", "revenue", "events"]].to_csv(index=False).encode()
    media = frame[["DATE", "tv_S", "search_S"]].to_csv(index=False).encode()
    app = drop(open_page(UPLOAD), ("kpi.csv", kpi), ("media.csv", media))
    assert "media.csv was joined to kpi.csv on DATE." in everything_shown(app)
    assert not app.button(key=SAVE).disabled


def test_other_kinds_of_data_are_named_as_what_they_are(open_page):
    content = (
        b"campaign_name,platform,impressions,clicks,conversions\nSpring,meta,900,31,2\nSummer,meta,800,29,1\n"
    )
    app = drop(open_page(UPLOAD), ("campaigns.csv", content))
    assert "A mix model needs one row per period" in everything_shown(app)
    assert app.button(key=SAVE).disabled


def test_the_next_file_keeps_the_roles_and_becomes_the_next_version(open_page, owner, sample):
    frame = pd.read_csv(ROBYN, keep_default_na=False)
    frame.loc[100, "tv_S"] = 12345.0
    app = open_page(UPLOAD, version_of=sample.root_id)
    drop(app, ("robyn_new.csv", frame.assign(radio_S=1.0).to_csv(index=False).encode()))
    text = everything_shown(app)
    assert "1 cell(s) in 1 row(s) were corrected, in tv_S." in text
    assert "Left out: radio_S." in text
    app.button(key="save_version").click().run()
    with session() as s:
        assert [info.version for info in versions(s, owner, sample.id)] == [2, 1]


def test_a_file_with_only_new_rows_completes_the_table(open_page, owner, project_id):
    frame = pd.read_csv(ROBYN, keep_default_na=False)
    app = drop(open_page(UPLOAD), ("robyn.csv", frame.iloc[:-4].to_csv(index=False).encode()))
    app.button(key=SAVE).click().run()
    with session() as s:
        first = datasets(s, owner, project_id)[0]
    app = open_page(UPLOAD, version_of=first.root_id)
    drop(app, ("week.csv", frame.iloc[-4:].to_csv(index=False).encode()))
    assert "4 row(s) are new" in everything_shown(app)
    app.button(key="save_version").click().run()
    with session() as s:
        assert datasets(s, owner, project_id)[0].rows == 208


def test_saving_the_next_version_trains_the_latest_model_again(open_page, owner, project_id, sample):
    config = MMMConfig(**to_mmm_config_fields(from_json(Mapping, sample.mapping)))
    with session() as s:
        number = train(s, owner, sample.id, "First", json.loads(config.to_json()))
        s.execute(update(Model).where(Model.id == number).values(status=JobStatus.COMPLETED))
    frame = pd.read_csv(ROBYN, keep_default_na=False)
    frame.loc[100, "tv_S"] = 12345.0
    app = open_page(UPLOAD, version_of=sample.root_id)
    drop(app, ("next.csv", frame.to_csv(index=False).encode()))
    assert app.toggle(key="retrain_too").value
    app.button(key="save_version").click().run()
    with session() as s:
        newest = models(s, owner, project_id)[0]
    assert (newest.rerun_of_id, newest.dataset_version, newest.status) == (number, 2, "queued")
    assert newest.config == json.loads(config.to_json())


def test_a_viewer_is_told_why_nothing_can_be_uploaded(open_page, new_member):
    app = open_page(UPLOAD, person=new_member(Role.VIEWER))
    assert "Uploading is for members" in everything_shown(app)
    assert app.file_uploader[0].disabled
