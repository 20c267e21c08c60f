"""Sign in, as a screen of its own for links; every other screen shows the same form to strangers."""

from __future__ import annotations

from pages.shared.access import open_to_everyone
from pages.shared.entrance import sign_in_form
from pages.shared.screens import Screen, go

visit = open_to_everyone()
if visit is None:
    sign_in_form()
else:
    go(Screen.HOME)
