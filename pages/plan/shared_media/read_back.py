"""A workbook read back: its sheet `Plan`, changed by hand, becomes the scenario on the table."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.charts.formats import Wording
from core.data.calendar import following_dates
from core.json_values import to_json
from core.mmm.model_info import ModelInfo
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.schedule import ScheduleShape
from core.mmm.planning.schedule_file import LIMITS, read_schedule
from core.mmm.planning.whatif_inputs import WhatIfInputs, read_whatif_inputs
from core.mmm.planning.whatif_schedule import read_whatif
from pages.plan.shared_media.answers import plan_basis, trained
from pages.plan.shared_media.editor_state import PlanEditorState
from pages.shared.actions import toast_next, user_errors


def read_back(bench: PlanEditorState, info: ModelInfo, basis: PlanBasis, wording: Wording) -> None:
    """The button `Read a file`: dates and channels from a workbook or CSV become the scenario."""
    # A new number closes the box again once a file was read.
    key = f"whatif_read_box_{bench.round}"
    with st.popover("Read a file", icon=":material/upload_file:", key=key, width="content"):
        st.caption(
            "Export the workbook, change its sheet Plan, and read it back; or any table with a column Date "
            f"and one per channel, from {basis.start_on} on."
        )
        file = st.file_uploader(
            "Workbook or CSV",
            type=["xlsx", "xlsb", "csv", "parquet"],
            key=f"whatif_read_{bench.round}",
            max_upload_size=LIMITS.max_bytes // 1024**2,
            label_visibility="collapsed",
        )
        if file is None:
            return
        with user_errors() as outcome:
            read = read_schedule(file.getvalue(), file.name, schedule_shape(info, basis, wording))
            level = read_whatif_inputs(bench.inputs, basis).level if bench.inputs else 0.9
            inputs = WhatIfInputs.from_frame(read.schedule.frame, level=level, labels=wording.labels)
            if bench.inputs:
                # A file holds money alone: prices and promotions stay as they were set here.
                known = read_whatif(bench.inputs, plan_basis(info, inputs.periods))
                inputs = replace(inputs, drivers=known.drivers)
        if outcome.failed:
            return
    bench.restart(to_json(inputs))
    for note in read.notes:
        toast_next(note)
    toast_next(f"{file.name} is now the scenario", ":material/check_circle:")
    st.rerun()


def schedule_shape(info: ModelInfo, basis: PlanBasis, wording: Wording) -> ScheduleShape:
    """What a file for this model has to look like; its horizon may be as long as any."""
    model = trained(info)
    config = model.config
    names = {"date": config.date_column} | ({"geo": config.geo_column} if config.geo_column else {})
    dates = following_dates(model.dates[-1], model.frequency, basis.most_periods)
    return ScheduleShape(model.channels, wording, model.frequency, dates, tuple(model.geos), names)
