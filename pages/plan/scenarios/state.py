"""What every part of the scenario board works on: one schedule, read from and written to the workbench."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core.charts.formats import Wording
from core.errors import UserError
from core.json_values import to_json
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.whatif_inputs import ALL_GEOS, WhatIfInputs
from core.mmm.planning.whatif_schedule import all_geos, first_whatif, read_whatif, split_by_geo
from pages.plan.shared_media.editor_state import PlanEditorState

Change = Callable[[WhatIfInputs], WhatIfInputs]


@dataclass(frozen=True)
class ScenarioEditor:
    """The scenario on the workbench with what it takes to show and change it.

    `geo` is the one whose money is shown; ALL_GEOS stands for all of them together. Widgets are keyed by
    `prefix`.
    """

    state: PlanEditorState
    basis: PlanBasis
    wording: Wording
    prefix: str
    geo: str = ALL_GEOS

    @property
    def inputs(self) -> WhatIfInputs:
        """The scenario as it lies on the workbench now; recent spend where nothing was begun."""
        if not self.state.inputs:
            return first_whatif(self.basis)
        return read_whatif(self.state.inputs, self.basis)

    @property
    def own(self) -> PlanBasis:
        """The past of the geo that is shown."""
        return self.basis.of(self.geo)

    def change(self, how: Change) -> None:
        """Put the changed scenario on the workbench; a fault is kept to be shown on the next run."""
        try:
            with self.state.lock:
                self.state.inputs = to_json(how(self.inputs))
        except UserError as error:
            st.session_state[self._fault_slot] = error

    def pop_fault(self) -> UserError | None:
        """The fault of the last change, once."""
        fault: UserError | None = st.session_state.pop(self._fault_slot, None)
        return fault

    @property
    def _fault_slot(self) -> str:
        return f"{self.prefix}_fault"


def choose_geo(editor: ScenarioEditor) -> str:
    """The geo whose money is shown: on panels money may be given for all geos together, or for each."""
    if not editor.basis.geos:
        return ALL_GEOS
    inputs = editor.inputs
    key, geo_key = f"{editor.prefix}_by_geo", f"{editor.prefix}_geo"
    st.session_state[key] = bool(inputs.geos)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle("Money per geo", key=key, on_change=_switch_geos, args=(editor, key),
                  help="Off: all geos together, in their present shares")  # fmt: skip
        if not inputs.geos:
            return ALL_GEOS
        picked = st.selectbox("Geo", inputs.geos, key=geo_key, label_visibility="collapsed", width=240)
    return str(picked)


def _switch_geos(editor: ScenarioEditor, key: str) -> None:
    wanted = st.session_state[key]
    editor.change(lambda inputs: split_by_geo(inputs, editor.basis) if wanted else all_geos(inputs))
