"""The installation's machinery for its owner: database, worker, storage, backup, versions."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from core.backup import saved
from core.database import session
from core.queue.store.activity import worker_state
from core.system import store as system
from core.system.store import versions
from pages.shared.access import open_screen
from pages.shared.formatting import ago, moment, size
from pages.shared.layout import KpiCard, empty_state, kpi_row, page_header, section
from pages.shared.screens import Screen

visit = open_screen(Screen.SYSTEM)
person = visit.person

page_header("System", "What this installation runs on")
if not person.is_owner:
    empty_state(
        "For the owner", "Only the owner of this installation sees its machinery.", icon=":material/lock:"
    )
    st.stop()

now = dt.datetime.now(dt.UTC)
with session() as s:
    database = system.database_facts(s, person)
    worker = worker_state(s)
storage = system.storage_facts(person)
backups = saved()

kpi_row(
    [
        KpiCard(
            "PostgreSQL",
            database.version.split()[0],
            "the database, started by the app" if database.embedded else "the database, a server of its own",
        ),
        KpiCard(
            "Worker",
            "Running" if worker.alive else "Not running",
            f"last seen {ago(worker.last_seen_at, now)}",
        ),
        KpiCard("Background work", f"{worker.running} running", f"{worker.waiting} waiting"),
        KpiCard(
            "Last backup",
            ago(backups[0].made_at, now) if backups else "None yet",
            f"{len(backups)} kept; one is made each night",
        ),
    ]
)
if not worker.alive:
    st.warning(
        "No worker is running, so trainings and files of sales wait. Start one with `make worker`, or start "
        "the app without MIXWRIGHT_WORKER=0.",
        icon=":material/warning:",
    )

with st.grid(2, min_column_width=320):
    with st.container():
        section("Storage")
        st.table(
            {
                "Database": size(database.bytes_used),
                "Files and models": size(storage.bytes_used),
                "Number of files": "–" if storage.files is None else f"{storage.files:,}",
                "Free on this disk": size(storage.bytes_free),
                "Database up since": moment(database.started_at),
                "Migration": database.migration or "–",
            },
            border="horizontal",
        )
    with st.container():
        section("Versions")
        st.table(versions(), border="horizontal")
