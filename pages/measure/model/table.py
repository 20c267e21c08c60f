"""A table edited in place, which keeps what was typed when it is folded away and opened again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from core.charts.formats import MISSING


def edited_table(key: str, rows: Callable[[], pd.DataFrame], **options: Any) -> pd.DataFrame:
    """The table as edited; `rows` makes it anew whenever the editor was not on the screen in the last run.

    The browser keeps edits as differences to the table it was given, so the table may not change under it;
    and it forgets them when the editor leaves the screen, so they must be in `rows()` by then.
    """
    kept = f"{key}:rows"
    if key not in st.session_state or kept not in st.session_state:
        st.session_state[kept] = rows()
    options.setdefault("placeholder", MISSING)
    return st.data_editor(st.session_state[kept], key=key, hide_index=True, **options)
