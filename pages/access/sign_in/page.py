"""Sign in, as a screen of its own for links; every other screen shows the same form to strangers."""

from __future__ import annotations

from pages.shared.screens import Screen, go
from pages.shared.session import open_to_everyone
from pages.shared.sign_in_form import sign_in_form

person = open_to_everyone()
if person is None:
    sign_in_form()
else:
    go(Screen.HOME)
