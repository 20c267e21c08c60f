"""Who changed what in a project, filtered, as a table or CSV; the owner may see the whole installation."""

from __future__ import annotations

import json

import pandas as pd
import streamlit as st

from core.access import store as access
from core.database import session
from core.documents.tables import to_csv_bytes
from pages.shared.access import open_screen
from pages.shared.layout import Download, download_row, empty_state, page_header
from pages.shared.screens import Screen

visit = open_screen(Screen.AUDIT)
person, project = visit.person, visit.project

SHOWN = 500
EXPORTED = 10_000


def _table(limit: int) -> pd.DataFrame:
    with session() as s:
        if everywhere:
            events = access.installation_audit(s, person, limit)
        else:
            events = access.audit(s, person, project.project_id, limit)
    return pd.DataFrame(
        [
            {
                "When": event.at,
                "Who": event.who,
                "What": event.action,
                "Name": event.subject_name or "",
                "Details": json.dumps(event.details, ensure_ascii=False) if event.details else "",
            }
            for event in events
        ],
        columns=["When", "Who", "What", "Name", "Details"],
    )


def _chosen(table: pd.DataFrame) -> pd.DataFrame:
    kept = table
    if people:
        kept = kept[kept["Who"].isin(people)]
    if subjects:
        kept = kept[kept["What"].str.partition(":")[0].isin(subjects)]
    if words.strip():
        text = kept["Name"] + " " + kept["Details"] + " " + kept["What"]
        kept = kept[text.str.contains(words.strip(), case=False, regex=False)]
    return kept


page_header("Audit", "Who changed what, newest first. Entries are kept for two years.")
everywhere = person.is_owner and st.toggle("Whole installation", key="audit_everywhere", bind="query-params")
table = _table(SHOWN)
if table.empty:
    empty_state("Nothing has happened yet", "Every change will be listed here.", icon=":material/history:")
    st.stop()

with st.grid(3, min_column_width=220):
    people = st.multiselect("Who", sorted(table["Who"].unique()), key="audit_who", placeholder="Everybody")
    subjects = st.multiselect(
        "Concerning",
        sorted(table["What"].str.partition(":")[0].unique()),
        key="audit_what",
        placeholder="Everything",
    )
    words = st.text_input("Contains", key="audit_words", placeholder="A name or a word")

shown = _chosen(table)
st.dataframe(
    shown,
    hide_index=True,
    width="stretch",
    height=min(38 + 35 * max(len(shown), 1), 560),
    column_config={"When": st.column_config.DatetimeColumn("When (UTC)", format="D MMM YYYY, HH:mm:ss")},
)
if len(table) == SHOWN:
    st.caption(f"The newest {SHOWN} entries are shown; the CSV holds up to {EXPORTED:,}.")
download_row(
    project,
    [Download("CSV", "audit.csv", "text/csv", lambda: to_csv_bytes(_chosen(_table(EXPORTED))))],
    key="audit",
)
