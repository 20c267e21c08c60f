import json

import numpy as np
import pytest

from core.errors import UserError
from core.promo.days import cell_days
from core.promo.events import event_places
from core.promo.regression import EVENT_WIDTH, explain
from core.promo.terms import Widths, calendar_terms, promo_terms, week_terms
from tests.core.promo.samples import DATA, sample_baseline, sample_sales, shop


def test_event_effects_of_the_sample_lie_as_far_from_the_truth_as_they_say():
    truth = json.loads((DATA / "truth.json").read_text())
    found = sample_baseline().regression
    effect, covariance = found.effects
    true = []
    for event in found.events:
        cell, share = found.days.cells[event.cell], event.discount_pct / 100
        steep = truth["elasticity"][cell.department] * truth["channel_shift"][cell.channel]
        true.append(np.log1p(steep * share * (1 - 0.3 * share)))
    scaled = (effect - np.array(true)) / np.sqrt(np.diag(covariance))
    assert abs(scaled.mean()) < 0.3
    assert 0.8 < scaled.std() < 1.2
    assert found.noise_sd == pytest.approx(truth["noise_sd"], rel=0.05)


def test_dip_and_cannibalisation_of_the_sample_are_found():
    found = sample_baseline().regression
    dip, rival = found.effect_of("dip"), found.effect_of("rival", "TV", "Audio")
    other = found.effect_of("rival", "Gaming", "Audio")
    assert abs(dip[0] - np.log(0.88)) < 2 * dip[1]
    assert abs(rival[0] - np.log(0.94)) < 2 * rival[1]
    assert rival[0] + 3 * rival[1] < 0
    assert abs(other[0]) < 3 * other[1]


def test_the_calendar_goes_on_beyond_the_data():
    days = cell_days(sample_sales())
    past = days.until(days.dates[-31])
    found = explain(past, past.sales)
    mean, variance = found.calendar(days.dates[-30:])
    plain = ~days.promo[:, -30:]
    miss = mean[plain] - np.log(days.sales[:, -30:][plain])
    assert np.abs(miss).mean() < 0.08
    assert (variance > 0).all()


def test_every_term_has_a_name_of_its_own():
    names = sample_baseline().regression.names
    assert len(set(names)) == len(names)


def test_the_events_integrated_out_change_nothing_against_solving_for_all_at_once():
    days = cell_days(shop(200))
    found, used = explain(days, days.sales), days.sold
    shared = week_terms(days, Widths(week=found.week_sd))
    terms = [*calendar_terms(days, days.dates, Widths()), *shared, *promo_terms(days, Widths())]
    flags = np.stack(
        [event_places(days, found.events)[used] == at for at in range(len(found.events))], axis=1
    )
    design = np.c_[np.stack([term.values[used] for term in terms], axis=1), flags]
    prior = np.r_[[term.width for term in terms], np.full(len(found.events), EVENT_WIDTH)] ** -2.0
    covariance = np.linalg.inv(design.T @ design / found.noise_sd**2 + np.diag(prior))
    logs = np.log(days.sales[used]) - np.broadcast_to(found.centre[:, None], used.shape)[used]
    mean = covariance @ design.T @ logs / found.noise_sd**2
    known = len(terms)
    assert np.allclose(found.mean, mean[:known], atol=1e-3)
    assert np.allclose(found.event_mean, mean[known:], atol=1e-3)
    assert np.allclose(found.covariance, covariance[:known, :known], rtol=0.05, atol=1e-6)
    assert np.allclose(found.event_covariance, covariance[known:, known:], rtol=0.05, atol=1e-6)


def test_a_short_history_is_refused_in_a_sentence():
    days = cell_days(shop(20))
    with pytest.raises(UserError, match="20 days of sales are too few"):
        explain(days, days.sales)


def test_what_was_never_seen_is_not_made_up():
    with pytest.raises(UserError, match="say nothing about rival x y"):
        sample_baseline().regression.effect_of("rival", "x", "y")
