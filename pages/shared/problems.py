"""Every problem of a file with its place, and the button that mends it where that is safe."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.data import DataProblem, Prepared, Repair, Severity
from pages.data.upload.state import Upload
from pages.shared.escape import plain

ICONS = {
    Severity.ERROR: ":red[:material/error:]",
    Severity.WARNING: ":orange[:material/warning:]",
    Severity.INFO: ":blue[:material/info:]",
}
ORDER = tuple(Severity)
LISTED_WITH_BUTTONS = 12


def count_words(problems: Sequence[DataProblem]) -> str:
    """How many problems there are, as a person says it: `1 error, 3 warnings`, or `none`."""
    counts = [(kind, sum(problem.severity is kind for problem in problems)) for kind in ORDER[:2]]
    words = [f"{count} {kind.value}{'s' if count > 1 else ''}" for kind, count in counts if count]
    return ", ".join(words) or "none"


def show_problems(upload: Upload, prepared: Prepared) -> None:
    """All problems, errors first; repairs by one click each or all safe ones at once; what was repaired."""
    problems = sorted(prepared.problems, key=lambda problem: ORDER.index(problem.severity))
    safe = [problem.repair for problem in problems if problem.repair]
    with st.container(border=True, key="upload_problems"):
        _headline(upload, problems, safe)
        for number, problem in enumerate(problems[:LISTED_WITH_BUTTONS]):
            _line(upload, number, problem)
        if len(problems) > LISTED_WITH_BUTTONS:
            _rest(problems[LISTED_WITH_BUTTONS:])
        if any(not problem.repair for problem in prepared.errors):
            st.caption(
                "What has no button is mended in the file itself, or by another role in the columns below."
            )
        _agreed(upload)


def problem_table(problems: Sequence[DataProblem]) -> pd.DataFrame:
    """The problems as a table with their places, for many of them or for a saved data set."""
    rows = [(p.severity.value, p.message, p.file, p.sheet, p.column, p.row, p.value) for p in problems]
    return pd.DataFrame(rows, columns=["Severity", "Problem", "File", "Sheet", "Column", "Row", "Value"])


def _headline(upload: Upload, problems: Sequence[DataProblem], safe: Sequence[Repair]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        counted = count_words(problems)
        text = "No problems found" if counted == "none" else f"Problems: {counted}"
        st.markdown(f"**{text}**")
        if safe:
            label = f"Repair all safe ones ({len(safe)})" if len(safe) > 1 else "Repair it"
            st.button(
                label, icon=":material/build:", key="repair_all", on_click=upload.agree, args=tuple(safe)
            )


def _line(upload: Upload, number: int, problem: DataProblem) -> None:
    words, deed = st.columns([3, 2], vertical_alignment="center")
    with words:
        place = f"  \n:small[:gray[{plain(problem.where)}]]" if problem.where else ""
        st.markdown(f"{ICONS[problem.severity]} {plain(problem.message)}{place}")
    if problem.repair:
        with deed, st.container(horizontal_alignment="right"):
            st.button(
                plain(problem.repair.label),
                key=f"repair:{number}:{problem.repair.code}:{problem.repair.column}",
                on_click=upload.agree,
                args=(problem.repair,),
            )


def _rest(problems: Sequence[DataProblem]) -> None:
    with st.expander(f"{len(problems)} more"):
        st.dataframe(problem_table(problems), hide_index=True, alt="The other problems with their places")


def _agreed(upload: Upload) -> None:
    for number, repair in enumerate(upload.repairs):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f":green[:material/check_circle:] Repaired: {plain(repair.label)}", width="stretch")
            st.button(
                "Take back",
                key=f"unrepair:{number}",
                type="tertiary",
                on_click=upload.withdraw,
                args=(repair,),
            )
