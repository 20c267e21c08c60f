"""The builder's table: half-typed lines are named by place, edits are laid over, nothing comes back."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

import pytest

from core.errors import UserError
from core.promo.scenarios.draft import Line, PromoDraft
from core.promo.store.scenarios import PromoInfo, SavedPromo
from pages.plan.promotions.fields import lines_frame, with_edits
from pages.plan.shared_promo.editor_state import PromoEditorState

TV = Line("TV", "online", 20.0)
AUDIO = Line("Audio", "offline", 10.0, ("LOYAL",), "quiet")
DRAFT = PromoDraft("Spring", dt.date(2024, 3, 4), dt.date(2024, 3, 10), lines=(TV, AUDIO))


def kept_as(label: str, day: int, draft: PromoDraft = DRAFT) -> SavedPromo:
    """The draft as a saved promotion of that name, changed last on that day of May."""
    at, scenario = dt.datetime(2024, 5, day, tzinfo=dt.UTC), replace(draft, label=label).scenario()
    info = PromoInfo(
        uuid.UUID(int=1), 1, label, scenario.scenario_type, scenario.start, scenario.end, scenario.geo,
        ("TV",), {}, {}, None, None, None, None, None, "Paul", at, at, archived=False, deleted=False,
        reviewed=False, briefed=False,
    )  # fmt: skip
    return SavedPromo(info, scenario, None, None, None)


def test_every_fault_of_a_draft_is_said_at_once_with_its_line() -> None:
    wrong = PromoDraft(
        "", None, dt.date(2024, 3, 10), lines=(TV, Line("TV", None, None), Line("TV", "online", 99.0))
    )
    with pytest.raises(UserError) as caught:
        wrong.scenario()
    said = " ".join(caught.value.faults)
    assert "first day" in said
    assert "Line 2: Choose a sales channel, give a discount." in said
    assert "Line 3" in said and "99" in said
    assert "name" in said


def test_figures_can_stand_on_the_lines_that_are_finished() -> None:
    draft = DRAFT.with_lines((TV, Line("Audio")))
    assert draft.complete.lines == (TV,)
    assert draft.complete.scenario().mechanics[0].discount_pct == 20.0


def test_a_draft_of_a_promotion_gives_the_same_promotion_back() -> None:
    scenario = DRAFT.scenario()
    assert PromoDraft.of(scenario) == DRAFT
    assert PromoDraft.of(scenario).scenario() == scenario


def test_edits_change_take_and_add_lines() -> None:
    edits = {
        "edited_rows": {0: {"discount_pct": 25.0}, 1: {"notes": "loud"}},
        "deleted_rows": [1],
        "added_rows": [{"department": "Gaming", "channel": "online", "discount_pct": 5}, {}],
    }
    assert with_edits((TV, AUDIO), edits) == (
        Line("TV", "online", 25.0), Line("Gaming", "online", 5.0), Line(),
    )  # fmt: skip


def test_a_line_for_everybody_names_nobody_else() -> None:
    assert Line.of({"segments": ["ALL", "LOYAL"]}).segments == ("LOYAL",)
    assert Line.of({"segments": ["LOYAL", "ALL"]}).segments == ("ALL",)
    assert Line.of({"segments": []}).segments == ("ALL",)


def test_an_empty_grid_still_knows_its_columns() -> None:
    assert list(lines_frame(()).columns) == ["department", "channel", "discount_pct", "segments", "notes"]


def test_a_change_is_made_to_what_lies_there_now() -> None:
    state = PromoEditorState()
    state.restart(DRAFT)
    state.change(lambda draft: draft.with_lines((TV,)))
    state.change(lambda draft: draft.with_lines((*draft.lines, AUDIO)))
    assert state.draft == DRAFT
    assert state.round == 1


def test_a_new_name_reaches_the_table_and_what_was_typed_stays() -> None:
    state = PromoEditorState()
    state.open(kept_as("Spring", 1))
    state.change(lambda draft: draft.with_lines((AUDIO,)))
    state.catch_up(kept_as("Easter", 2))
    assert state.draft == replace(DRAFT, label="Easter", lines=(AUDIO,))
    assert state.saved is not None and state.saved.info.updated_at.day == 2
    state.change(lambda draft: replace(draft, label="Mine"))
    state.catch_up(kept_as("May", 3))
    assert state.draft is not None and state.draft.label == "Mine"


def test_another_plan_saved_meanwhile_does_not_take_what_was_typed() -> None:
    state = PromoEditorState()
    state.open(kept_as("Spring", 1))
    state.change(lambda draft: draft.with_lines((AUDIO,)))
    state.catch_up(kept_as("Spring", 2, replace(DRAFT, geo="DE")))
    assert state.draft == DRAFT.with_lines((AUDIO,))
    assert state.saved is not None and state.saved.info.updated_at.day == 1


def test_another_draft_shows_in_new_widgets() -> None:
    state = PromoEditorState()
    state.restart(DRAFT)
    state.restart(DRAFT.with_lines((AUDIO,)))
    assert state.round == 2
    assert not state.unsaved
