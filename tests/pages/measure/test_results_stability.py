"""What the results screen tells of a refit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.json_values import to_json
from core.mmm import FittedMMM
from core.mmm.results.stability import stability_of
from pages.shared.screens import Screen
from tests.pages.conftest import everything_shown
from tests.pages.measure.kept import keep_readable, readable_model

PAGE = Screen.RESULTS


def told(factor: float) -> dict:
    """What moved between a model and the same one with its first channel's effect multiplied."""
    base = readable_model()
    beta = base.posterior.media.beta * np.where(np.arange(len(base.config.channels)) == 0, factor, 1.0)
    posterior = replace(base.posterior, media=replace(base.posterior.media, beta=beta))
    louder = FittedMMM(base.structure, posterior, base.trace, base.diverging, {}, 1)
    return to_json(stability_of(base, louder))


def test_a_refit_says_which_channel_moved(open_page, owner, project_id):
    kept = keep_readable(owner.id, project_id, readable_model(), "Weekly", stability=told(12.0))
    app = open_page(PAGE, model=kept)
    words = everything_shown(app).replace("\u00a0", " ")
    assert not app.exception
    assert "The answer moved: 1 of 6 channels left" in words
    assert "TV [HD] $1 went from" in words.replace("\\", "")
    assert "lift test" in words


def test_a_refit_that_changed_nothing_is_steady(open_page, owner, project_id):
    kept = keep_readable(owner.id, project_id, readable_model(), "Weekly", stability=told(1.0))
    app = open_page(PAGE, model=kept)
    assert "Steady: every channel stayed well inside" in everything_shown(app).replace("\u00a0", " ")


def test_a_first_fit_tells_nothing_of_the_kind(open_page, owner, project_id):
    app = open_page(PAGE, model=keep_readable(owner.id, project_id, readable_model(), "Weekly"))
    assert "Since the last model" not in everything_shown(app)
