"""The button that copies the address of a saved plan: it opens for members of the project who sign in."""

from __future__ import annotations

import streamlit as st

HELP = "Opens for members of this project, after they sign in"
_CSS = """
button {
  font: inherit; font-size: 0.875rem; line-height: 1.6; padding: 0.25rem 0.75rem; min-height: 2.5rem;
  white-space: nowrap; cursor: pointer; color: var(--st-text-color); background: transparent;
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius);
}
button:hover, button:focus-visible { border-color: var(--st-primary-color); color: var(--st-primary-color); }
"""
_JS = """
export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button")
  const address = () => {
    const url = new URL(window.location.href)
    url.search = new URLSearchParams(data.query).toString()
    url.hash = ""
    return url.toString()
  }
  const copied = () => {
    button.textContent = "Link copied"
    setTimeout(() => { button.textContent = "Copy link" }, 2500)
  }
  const byHand = () => {
    const field = document.createElement("textarea")
    field.value = address()
    document.body.appendChild(field)
    field.select()
    const done = document.execCommand("copy")
    field.remove()
    if (done) copied(); else window.prompt("Copy this address", address())
  }
  button.onclick = () => {
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(address()).then(copied).catch(byHand)
    } else {
      byHand()
    }
  }
}
"""


def copy_link(project_id: int, scenario_id: int) -> None:
    """The button `Copy link` of a saved plan."""
    copy_address(f"copy_link_{scenario_id}", project=project_id, scenario=scenario_id)


def copy_address(key: str, **query: object) -> None:
    """The button `Copy link`: the address of what `query` names on this screen, and nothing of how it looks
    now."""
    component = st.components.v2.component(
        "mixwright_copy_link",
        html=f'<button type="button" title="{HELP}" aria-live="polite">Copy link</button>',
        css=_CSS,
        js=_JS,
    )
    words = {name: str(value) for name, value in query.items()}
    component(key=key, data={"query": words}, width="content", height="content")
