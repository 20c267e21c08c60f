"""Whatever happens to files, the facts are the sum over those that are current."""

import uuid
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from core.access import Person
from core.errors import UserError
from core.promo.ingest.file_info import FileStatus, UploadedFile
from core.promo.store import facts as loading
from core.promo.store import files as store
from core.queue.store import state
from core.queue.store.jobs import cancel_job, complete_job
from tests.core.promo.store.conftest import MAPPING, Row, claimed, sums

KEYS = ["date", "channel", "department", "promo_flag"]

rows = st.lists(
    st.tuples(
        st.sampled_from(["2024-01-31", "2024-02-01", "2025-03-05"]),
        st.sampled_from(["online", "offline"]),
        st.sampled_from(["TV", "Audio"]),
        st.sampled_from([0.0, 12.5, 30.0]),
        st.integers(1, 5).map(lambda n: 20.0 * n),
    ),
    min_size=1,
    max_size=4,
)
steps = st.lists(
    st.tuples(st.sampled_from(["hand in", "replace", "withdraw", "restore"]), st.integers(0, 9), rows),
    min_size=2,
    max_size=7,
)


def put(
    s: Session, person: Person, project: int, content: list[Row], replaces: uuid.UUID | None
) -> uuid.UUID:
    handed = UploadedFile("f.csv", repr(content).encode(), MAPPING, replaces)
    attempt = claimed(s, store.hand_in(s, person, project, [handed]))
    (file,) = loading.files_to_read(s, attempt)
    found = sums(content)
    loading.make_months(s, found)
    for _ in range(2):  # after a commit whose answer was lost it is done again
        assert loading.load_file(s, attempt, file.id, found, None)
    complete_job(s, attempt, {})
    return file.id


def expected(contents: list[list[Row]]) -> pd.DataFrame:
    parts = [sums(content).facts for content in contents]
    columns = ["discount_weight", "discount_sales", "sales_value", "margin_value", "units"]
    if not parts:
        return pd.DataFrame(columns=[*KEYS, "discount_pct", "sales_value", "margin_value", "units"])
    whole = pd.concat(parts).groupby(KEYS, as_index=False)[columns].sum()
    money = whole["discount_sales"]
    whole["discount_pct"] = (whole["discount_weight"] / money.where(money > 0)).round(2)
    return whole


def compared(s: Session, person: Person, project: int, contents: list[list[Row]]) -> None:
    found, wanted = store.sales(s, person, project), expected(contents)
    assert len(found) == len(wanted)
    if len(found):
        columns = [*KEYS, "discount_pct", "sales_value", "margin_value", "units"]
        left, right = (
            frame[columns].sort_values(KEYS, ignore_index=True).astype({"units": float})
            for frame in (found, wanted)
        )
        pd.testing.assert_frame_equal(left, right, check_dtype=False, atol=0.011)


# Not shrunk when it fails: each try asks the database, and the steps are few enough to read.
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=steps)
def test_any_sequence_of_changes_leaves_the_sum_over_current_files(
    s: Session, person: Person, new_project: Callable[..., int], steps: list[tuple[str, int, list[Row]]]
) -> None:
    project = new_project(person, "Property")
    known: dict[uuid.UUID, list[Row]] = {}
    for action, which, content in steps:
        chosen = list(known)[which % len(known)] if known else None
        try:
            if action in ("hand in", "replace"):
                file_id = put(s, person, project, content, chosen if action == "replace" else None)
                known[file_id] = content
            elif chosen is not None:
                change: Any = store.withdraw_file if action == "withdraw" else store.restore_file
                change(s, person, chosen)
        except UserError:
            pass  # refused with a sentence: then nothing has changed, which is looked at here
        files = store.sales_files(s, person, project)
        current = [known[file.id] for file in files if file.status == FileStatus.CURRENT]
        assert len({repr(content) for content in current}) == len(current), "no content counts twice"
        compared(s, person, project, current)


def test_facts_of_one_project_never_touch_those_of_another(
    s: Session, person: Person, new_project: Callable[..., int]
) -> None:
    here, there = new_project(person, "Here"), new_project(person, "There")
    content: list[Row] = [("2024-01-31", "online", "TV", 0.0, 40.0)]
    mine = put(s, person, here, content, None)
    put(s, person, there, content, None)
    store.withdraw_file(s, person, mine)
    compared(s, person, here, [])
    compared(s, person, there, [content])


def test_a_job_that_lost_its_row_loads_nothing(s: Session, person: Person, project: int) -> None:
    job_id = store.hand_in(s, person, project, [UploadedFile("a.csv", b"a", MAPPING)])
    attempt = claimed(s, job_id)
    (file,) = loading.files_to_read(s, attempt)
    found = sums([("2024-01-31", "online", "TV", 0.0, 40.0)])
    assert state.killed(s, attempt, "It was killed.")
    assert not loading.load_file(s, attempt, file.id, found, None)
    again = claimed(s, job_id)
    cancel_job(s, person, job_id)
    assert not loading.load_file(s, again, file.id, found, None)
    assert len(store.sales(s, person, project)) == 0


def test_a_refused_correction_leaves_the_file_it_should_replace(
    s: Session, person: Person, project: int, loaded: Callable[..., uuid.UUID]
) -> None:
    content: list[Row] = [("2024-01-31", "online", "TV", 0.0, 40.0)]
    old = loaded("a.csv", content)
    attempt = claimed(s, store.hand_in(s, person, project, [UploadedFile("b.csv", b"b", MAPPING, old)]))
    (file,) = loading.files_to_read(s, attempt)
    loading.refuse_file(s, attempt, file.id, "Too many rows were rejected.")
    compared(s, person, project, [content])
    assert store.sales_file(s, person, file.id).sentence == "Too many rows were rejected."
    assert store.sales_file(s, person, old).status == FileStatus.CURRENT


def test_money_beyond_what_the_columns_hold_changes_nothing(s: Session, person: Person, project: int) -> None:
    attempt = claimed(s, store.hand_in(s, person, project, [UploadedFile("a.csv", b"a", MAPPING)]))
    (file,) = loading.files_to_read(s, attempt)
    found = sums([("2024-01-31", "online", "TV", 0.0, 1e16)])
    with pytest.raises(Exception, match="overflow"), s.begin_nested():
        loading.load_file(s, attempt, file.id, found, None)
    assert len(store.sales(s, person, project)) == 0
