"""Targets, segments, past promotions and rules are kept by project, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sqlalchemy.orm import Session

from core.access import AccessDenied, NotFound, Person, Role
from core.access.store import audit, join_as
from core.errors import UserError
from core.promo import PromoSettings
from core.promo.scenarios.settings import BrandRule
from core.promo.store import reference
from tests.core.promo.made import made_segments
from tests.core.promo.store.examples import some_promotions, some_targets


def test_targets_come_back_in_order_and_are_replaced_as_a_whole(
    s: Session, person: Person, project: int
) -> None:
    assert reference.targets(s, person, project).empty
    kept = reference.save_targets(s, person, project, some_targets())
    assert list(kept["month"]) == ["2026-03", "2026-04"]
    assert kept["sales_value_target"].tolist() == [450_000.5, 500_000.0]
    assert kept["units_target"].tolist()[0] == 4_000 and np.isnan(kept["units_target"].tolist()[1])
    assert len(reference.save_targets(s, person, project, some_targets().head(1))) == 1
    assert reference.save_targets(s, person, project, some_targets().head(0)).empty


def test_every_fault_of_targets_is_said_and_nothing_is_changed(
    s: Session, person: Person, project: int
) -> None:
    reference.save_targets(s, person, project, some_targets())
    wrong = pd.DataFrame(
        {
            "month": ["2026-13", "2026-05", "2026-05"],
            "geo": ["DE", "", "AT"],
            "sales_value_target": [1.0, -1.0, float("inf")],
            "margin_pct_target": [20.0, 20.0, None],
            "units_target": [1, 1, 1],
        }
    )
    with pytest.raises(UserError) as caught:
        reference.save_targets(s, person, project, wrong)
    assert len(caught.value.faults) == 5
    assert "'2026-13'" in caught.value.faults[0]
    with pytest.raises(UserError, match="The target of 2026-03, DE is there twice"):
        reference.save_targets(s, person, project, pd.concat([some_targets(), some_targets()]))
    with pytest.raises(UserError, match="lack the columns geo"):
        reference.save_targets(s, person, project, some_targets().drop(columns="geo"))
    assert len(reference.targets(s, person, project)) == 2


def test_segments_come_back_and_go_into_the_settings(s: Session, person: Person, project: int) -> None:
    assert reference.promo_settings(s, person, project).segments is None
    kept = reference.save_segments(s, person, project, made_segments().sample(frac=1, random_state=1))
    assert list(kept["segment_id"]) == ["LOYAL", "BARGAIN", "LAPSED"]
    assert kept["fav_categories"].tolist() == [["TV"], ["Gaming", "Audio"], ["TV"]]
    known = reference.promo_settings(s, person, project).known_segments
    assert [(one.segment_id, one.revenue_share, one.weight) for one in known] == [
        ("LOYAL", 0.4, 0.7), ("BARGAIN", 0.35, 1.3), ("LAPSED", 0.15, 1.0),
    ]  # fmt: skip


def test_tables_as_arrow_and_editors_hand_them_over_are_taken(
    s: Session, person: Person, project: int
) -> None:
    odd = made_segments().set_index(pd.Index([7, 8, 9], name="name"))
    odd["fav_categories"] = [np.array(words) for words in odd["fav_categories"]]
    odd["last_purchase_days_ago"] = pd.array([10, None, 240], dtype="Int64")
    kept = reference.save_segments(s, person, project, odd.assign(share_of_revenue=np.float32(0.25)))
    assert kept["fav_categories"].map(len).sum() == 4
    assert kept["last_purchase_days_ago"].isna().sum() == 1


def test_segments_with_faults_are_refused(s: Session, person: Person, project: int) -> None:
    wrong = made_segments().assign(share_of_revenue=[0.9, 0.9, 2.0], share_of_customers=[None, 0.1, 0.1])
    with pytest.raises(UserError) as caught:
        reference.save_segments(s, person, project, wrong)
    assert any("add up to" in fault for fault in caught.value.faults)
    assert any("Segment LOYAL: the share of customers" in fault for fault in caught.value.faults)


def test_a_catalogue_is_replaced_by_the_file_of_the_same_name_only(
    s: Session, person: Person, project: int
) -> None:
    reference.save_catalog(s, person, project, some_promotions(), "FY25.xlsb")
    reference.save_catalog(s, person, project, some_promotions().head(1), "FY26.xlsb")
    kept = reference.save_catalog(s, person, project, some_promotions().tail(1), "FY25.xlsb")
    assert list(kept["promo_name"]) == ["Black Friday", "Easter"]
    assert list(kept["source_file"]) == ["FY26.xlsb", "FY25.xlsb"]
    assert kept["departments"].tolist() == [["TV", "Audio"], ["Gaming"]]
    assert kept["date_start"].tolist()[0] == pd.Timestamp("2025-11-24")
    assert kept["mechanics"].tolist() == [None, [{"department": "Gaming"}]]
    reference.remove_catalog(s, person, project, "FY26.xlsb")
    assert list(reference.catalog(s, person, project)["promo_name"]) == ["Easter"]


def test_a_past_promotion_that_ends_before_it_starts_is_refused(
    s: Session, person: Person, project: int
) -> None:
    wrong = some_promotions().assign(
        date_end=pd.to_datetime(["2025-11-01", "2025-05-01"]), avg_discount_pct=120
    )
    with pytest.raises(UserError) as caught:
        reference.save_catalog(s, person, project, wrong, "FY25.xlsb")
    assert "“Black Friday” ends on 2025-11-01, before it starts on 2025-11-24" in caught.value.faults[0]
    assert len(caught.value.faults) == 3


def test_rules_come_back_and_leave_the_projects_other_settings_alone(
    s: Session, person: Person, project: int
) -> None:
    rules = PromoSettings(
        discount_caps={"TV": 15}, brand_rules=(BrandRule("forbidden_word", "cheap"),), legal_text="Stocks."
    )
    assert reference.promo_settings(s, person, project) == PromoSettings()
    assert reference.save_promo_settings(s, person, project, rules) == rules
    assert reference.promo_settings(s, person, project) == rules
    last = next(event for event in audit(s, person, project) if event.action == "promo_settings:save")
    assert last.details["changed"]


def test_strangers_find_nothing_and_change_nothing(
    s: Session, person: Person, project: int, stranger: Person, new_project: Callable[..., int]
) -> None:
    reference.save_targets(s, person, project, some_targets())
    own = new_project(stranger, "Own")
    reference.save_targets(s, stranger, own, some_targets().head(0))
    for attempt in (
        lambda: reference.targets(s, stranger, project),
        lambda: reference.save_targets(s, stranger, project, some_targets()),
        lambda: reference.segments(s, stranger, project),
        lambda: reference.save_segments(s, stranger, project, made_segments()),
        lambda: reference.catalog(s, stranger, project),
        lambda: reference.save_catalog(s, stranger, project, some_promotions(), "x"),
        lambda: reference.remove_catalog(s, stranger, project, "x"),
        lambda: reference.promo_settings(s, stranger, project),
        lambda: reference.save_promo_settings(s, stranger, project, PromoSettings()),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert len(reference.targets(s, person, project)) == 2


def test_who_only_looks_changes_nothing_and_analysts_do_not_set_the_rules(
    s: Session, project: int, new_person: Callable[..., Person]
) -> None:
    viewer, analyst = new_person("vera"), new_person("anna")
    join_as(s, project, viewer.id, Role.VIEWER)
    join_as(s, project, analyst.id, Role.ANALYST)
    assert reference.targets(s, viewer, project).empty
    reference.save_targets(s, analyst, project, some_targets())
    for attempt in (
        lambda: reference.save_targets(s, viewer, project, some_targets()),
        lambda: reference.save_segments(s, viewer, project, made_segments()),
        lambda: reference.save_promo_settings(s, analyst, project, PromoSettings()),
    ):
        with pytest.raises(AccessDenied):
            attempt()


def test_every_write_is_in_the_trail(s: Session, person: Person, project: int) -> None:
    reference.save_targets(s, person, project, some_targets())
    reference.save_segments(s, person, project, made_segments())
    reference.save_catalog(s, person, project, some_promotions(), "FY25.xlsb")
    reference.remove_catalog(s, person, project, "FY25.xlsb")
    reference.save_promo_settings(s, person, project, PromoSettings())
    with pytest.raises(UserError):
        reference.save_targets(s, person, project, some_targets().drop(columns="geo"))
    events = audit(s, person, project)
    assert [event.action for event in events] == [
        "promo_settings:save", "catalog:remove", "catalog:save", "segments:save", "targets:save",
    ]  # fmt: skip
    assert [event.details.get("rows") for event in events] == [None, 2, 2, 3, 2]
