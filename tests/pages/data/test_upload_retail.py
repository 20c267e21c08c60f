"""Data / Upload with a retailer's files: what is recognised, what can be corrected, what one press brings."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pandas as pd
from streamlit.testing.v1 import AppTest

from core.access import Person, Role
from core.database import session
from core.promo.ingest.mapping import SalesColumn
from core.promo.store import reference
from core.promo.store.files import sales_files
from core.queue.store.jobs import processing_jobs
from tests.pages.conftest import Opened, everything_shown
from tests.pages.data.conftest import ROBYN
from tests.pages.data.test_upload import SAVE, UPLOAD, drop

RETAIL = Path("sample_data/retail")
LOAD = "load_retail"


def retail(name: str) -> tuple[str, bytes]:
    path = RETAIL / name
    return name, path.read_bytes()


def sales_csv(name: str = "till.csv", **changed: object) -> tuple[str, bytes]:
    """A small file of sales in a shop's own words."""
    rows = pd.DataFrame(
        {
            "Day": pd.date_range("2024-01-01", periods=60).strftime("%Y-%m-%d"),
            "Sold via": ["Web", "Filiale"] * 30,
            "Department": ["TV", "Audio", "TV"] * 20,
            "Promo": ["Y", "N", "N", "N"] * 15,
            "Discount %": [20, "", "", ""] * 15,
            "Revenue": [1000.5 + day for day in range(60)],
            "Margin": [200.25 + day for day in range(60)],
            "Units": [10 + day for day in range(60)],
        }
    ).assign(**changed)
    return name, rows.to_csv(index=False).encode()


ALL = [
    "Sales_October-September_FY24.xlsb",
    "Sales_October-September_FY25.xlsb",
    "Promo_October-September_FY25.xlsb",
    "targets.csv",
    "segments.csv",
]


def test_five_files_of_four_kinds_are_loaded_with_one_press(
    open_page: Opened, owner: Person, project_id: int
) -> None:
    app = drop(open_page(UPLOAD), *[retail(name) for name in ALL])
    assert not app.exception
    text = everything_shown(app)
    assert "2 files of sales, 1 catalogue, 1 table of targets, 1 table of segments" in text
    assert "Its rows are sales by Department" in text
    assert SAVE not in [button.key for button in app.button]
    app.button(key=LOAD).click().run()
    assert not app.exception
    with session() as s:
        files = sales_files(s, owner, project_id)
        (job,) = processing_jobs(s, owner, project_id)
        kept = [
            len(read(s, owner, project_id))
            for read in (reference.targets, reference.segments, reference.catalog)
        ]
    assert sorted(info.name for info in files) == sorted(ALL[:2])
    assert job.files_queued == 2
    assert kept == [24, 4, 46]


def test_a_shops_own_words_are_recognised_and_can_be_changed(
    open_page: Opened, owner: Person, project_id: int
) -> None:
    app = drop(open_page(UPLOAD), sales_csv())
    assert not app.exception
    assert not app.button(key=LOAD).disabled
    app.button(key=LOAD).click().run()
    with session() as s:
        (info,) = sales_files(s, owner, project_id)
    assert info.mapping.columns[SalesColumn.SALES_VALUE] == "Revenue"
    assert info.mapping.columns[SalesColumn.CHANNEL] == "Sold via"


def test_what_is_missing_is_said_and_blocks_loading(open_page: Opened) -> None:
    name, content = sales_csv()
    frame = pd.read_csv(BytesIO(content)).drop(columns=["Units", "Margin"])
    app = drop(open_page(UPLOAD), (name, frame.to_csv(index=False).encode()))
    assert not app.exception
    text = everything_shown(app)
    assert "No column is the units." in text
    assert "No column is the margin" in text
    assert app.button(key=LOAD).disabled


def test_every_fault_of_a_table_of_targets_is_shown(open_page: Opened) -> None:
    _, content = retail("targets.csv")
    bad = content.decode().replace("2023-10", "2023-13", 1).replace("8533773.0", "lots", 1)
    app = drop(open_page(UPLOAD), ("targets.csv", bad.encode()))
    assert not app.exception
    text = everything_shown(app)
    assert "2023-13" in text
    assert "lots" in text
    assert app.button(key=LOAD).disabled


def test_the_same_headers_are_read_as_before(open_page: Opened, owner: Person, project_id: int) -> None:
    app = drop(open_page(UPLOAD), sales_csv())
    app.button(key=LOAD).click().run()
    app = drop(open_page(UPLOAD), sales_csv("next.csv", Units=[5] * 60))
    assert "Read like an earlier file with the same headers." in everything_shown(app)


def test_two_catalogues_of_one_name_are_not_laid_over_each_other(
    open_page: Opened, owner: Person, project_id: int
) -> None:
    catalogue = retail("Promo_October-September_FY25.xlsb")
    app = drop(open_page(UPLOAD), catalogue, catalogue)
    assert not app.exception
    assert f"Two catalogues are called {catalogue[0]}: rename one of them." in everything_shown(app)
    assert app.button(key=LOAD).disabled


def test_a_file_that_is_no_sales_after_all_is_read_as_mix_data(open_page: Opened) -> None:
    app = drop(open_page(UPLOAD), sales_csv())
    picked = next(box for box in app.selectbox if box.key.startswith("kind:"))
    picked.set_value(picked.options[-1] if isinstance(picked.options[-1], str) else "mix").run()
    assert not app.exception
    assert LOAD not in [button.key for button in app.button]
    assert SAVE in [button.key for button in app.button]


def test_mix_data_beside_sales_is_saved_on_its_own(open_page: Opened, owner: Person, project_id: int) -> None:
    app = drop(open_page(UPLOAD), sales_csv(), ("robyn_weekly.csv", ROBYN.read_bytes()))
    assert not app.exception
    assert {LOAD, SAVE} <= {button.key for button in app.button}
    app.button(key=LOAD).click().run()
    assert not app.exception
    assert SAVE in [button.key for button in app.button]
    assert LOAD not in [button.key for button in app.button]


def test_one_who_may_not_upload_loads_nothing(
    open_page: Opened, new_member: Callable[[Role], Person]
) -> None:
    app = open_page(UPLOAD, person=new_member(Role.VIEWER))
    assert not app.exception
    assert app.file_uploader[0].disabled


def test_the_same_content_again_is_answered_with_a_sentence(
    open_page: Opened, owner: Person, project_id: int
) -> None:
    drop(open_page(UPLOAD), sales_csv()).button(key=LOAD).click().run()
    app: AppTest = drop(open_page(UPLOAD), sales_csv("other name.csv"))
    app.button(key=LOAD).click().run()
    assert "nothing was changed" in everything_shown(app)
    with session() as s:
        assert len(sales_files(s, owner, project_id)) == 1
