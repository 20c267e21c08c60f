"""The product's face: logo, browser icon, the small style sheet, the frame of the entrance screens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from pages.shared.escape import plain

STATIC = Path(__file__).resolve().parents[2] / "static"
# SVG files travel inside the page: the media route asks for a cookie that a visitor does not have yet.
FAVICON = str(STATIC / "favicon.svg")


def logo() -> str:
    """The path of the logo whose lettering can be read on the theme in use."""
    shade = "dark" if st.context.theme.type == "dark" else "light"
    return str(STATIC / f"logo_{shade}.svg")


def style() -> None:
    """The few rules that the theme's settings cannot express."""
    st.html(STATIC / "style.css")


@contextmanager
def entrance(title: str, note: str) -> Iterator[None]:
    """The frame of the screens before the door: logo, title, one card in the middle."""
    with st.container(horizontal_alignment="center", key="entrance"):
        st.space("large")
        with st.container(width=420, gap="medium"):
            st.image(logo(), width=170, alt="Mixwright")
            with st.container(border=True, key="entrance_card"):
                with st.container(gap="xxsmall"):
                    st.title(plain(title), anchor=False)
                    st.caption(plain(note))
                yield
            st.caption("Bayesian marketing mix modelling: your data stay on this server.")
