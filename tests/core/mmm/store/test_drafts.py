import pytest
from sqlalchemy.orm import Session

from core.access import AccessDenied, NotFound, Person, Role
from core.access.store import join_as
from core.data.dataset_info import DatasetInfo
from core.mmm.store import drafts


def test_the_last_write_wins_and_a_draft_may_be_unfinished(
    s: Session, person: Person, dataset: DatasetInfo
) -> None:
    first = drafts.save_draft(s, person, dataset.id, "", {"channel_columns": []})
    second = drafts.save_draft(s, person, dataset.id, "Mine", {"channel_columns": ["tv_S"]})
    assert first.id == second.id
    kept = drafts.draft(s, person, dataset.id)
    assert kept is not None and (kept.name, kept.config) == ("Mine", {"channel_columns": ["tv_S"]})


def test_everybody_has_a_draft_of_their_own(
    s: Session, person: Person, stranger: Person, project: int, dataset: DatasetInfo
) -> None:
    join_as(s, project, stranger.id, Role.ANALYST)
    drafts.save_draft(s, person, dataset.id, "Mine", {"a": 1})
    assert drafts.draft(s, stranger, dataset.id) is None
    drafts.save_draft(s, stranger, dataset.id, "Theirs", {"a": 2})
    own = drafts.draft(s, person, dataset.id)
    assert own is not None and own.name == "Mine"


def test_a_discarded_draft_is_gone(s: Session, person: Person, dataset: DatasetInfo) -> None:
    drafts.save_draft(s, person, dataset.id, "Mine", {})
    drafts.discard_draft(s, person, dataset.id)
    assert drafts.draft(s, person, dataset.id) is None


def test_strangers_and_viewers_write_no_drafts(
    s: Session, stranger: Person, project: int, dataset: DatasetInfo
) -> None:
    with pytest.raises(NotFound):
        drafts.save_draft(s, stranger, dataset.id, "Mine", {})
    join_as(s, project, stranger.id, Role.VIEWER)
    with pytest.raises(AccessDenied):
        drafts.save_draft(s, stranger, dataset.id, "Mine", {})
