"""Who is visiting a page and where they may go: asked once a page run and handed on."""

from __future__ import annotations

from dataclasses import dataclass

from core.access.person import Membership, Person


@dataclass(frozen=True)
class Visit:
    """One run of a page: the person, their projects, and the project that was asked for.

    `memberships` leaves archived projects out and is ordered by name. `membership` is None when no project
    was asked for, and when the one asked for is not the person's.
    """

    person: Person
    memberships: tuple[Membership, ...]
    membership: Membership | None

    @property
    def project(self) -> Membership:
        """The membership in the project that is visited; LookupError where there is none."""
        if self.membership is None:
            raise LookupError("this visit has no project")
        return self.membership

    def default_membership(self, last_project: int | None = None) -> Membership | None:
        """The project to show when none was asked for: the last one, else the first of the person's own, else
        the oldest demo; None without any."""
        own_first = sorted(self.memberships, key=lambda m: (m.is_demo, m.project_id if m.is_demo else 0))
        last = [place for place in own_first if place.project_id == last_project]
        return next(iter(last or own_first), None)
