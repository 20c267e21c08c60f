"""Sign in, as a screen of its own for links; every other screen shows the same form to strangers."""

from __future__ import annotations

from pages.parts.places import Screen, go
from pages.parts.session import open_to_everyone
from pages.parts.sign_in_form import sign_in_form

person = open_to_everyone()
if person is None:
    sign_in_form()
else:
    go(Screen.HOME)
