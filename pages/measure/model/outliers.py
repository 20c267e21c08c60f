"""The periods that would be set apart, each of which can be put back among the rest."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from core.charts.formats import compact
from core.errors import UserError
from core.mmm import DatasetProblem
from core.mmm.config import MMMConfig
from core.mmm.model.structure import structure_of
from pages.measure.model.option import marked
from pages.measure.model.state import SetUp
from pages.shared.formatting import day


def show_outliers(set_up: SetUp, frame: pd.DataFrame) -> None:
    """The dates found; those taken away stay in the fit like any other."""
    try:
        config = replace(set_up.config(frame), ordinary_dates=())
        found = _found(set_up.dataset.project_id, set_up.dataset.cache_key, config.to_json(), frame)
    except (UserError, DatasetProblem):
        st.caption("The extreme periods are listed once the errors above are mended.")
        return
    if not found:
        st.caption("No period of these data lies far outside the rest.")
        return
    usual = set(set_up.get("ordinary_dates", []))
    apart = st.multiselect(
        marked("Set apart", bool(usual & set(found))),
        list(found),
        default=[date for date in found if date not in usual],
        format_func=found.__getitem__,
        help="Take a date away where its value is genuine: media may explain it then.",
        placeholder="Found, but not set apart",
        key=set_up.key(f"ordinary_dates:{hash(tuple(found))}"),
    )
    # Dates that this set-up does not find now are kept: another trend may find them again.
    put_back = (set(found) - set(apart)) | (usual - set(found))
    set_up.put("ordinary_dates", sorted(put_back), [])


@st.cache_data(max_entries=48, show_spinner=False)
def _found(project_id: int, cache_key: str, config: str, _frame: pd.DataFrame) -> dict[str, str]:
    """{date: what it is called}, the earliest first."""
    structure = structure_of(_frame, MMMConfig.from_json(config))
    panel, called = structure.panel, dict[str, str]()
    for geo, date in sorted(structure.recipe.outliers, key=lambda own: own[1]):
        value = compact(float(panel.kpi[geo, panel.dates == date][0]))
        where = f"{panel.geos[geo]} " if len(panel.geos) > 1 else ""
        key, words = str(date.date()), f"{where}{value}"
        called[key] = f"{called[key]}, {words}" if key in called else f"{day(date.date())}: {words}"
    return called
