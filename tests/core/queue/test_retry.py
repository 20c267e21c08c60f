import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from core.database import DatabaseUnavailable
from core.queue import retry
from core.queue.retry import with_retries


class Refused(Exception):
    sqlstate = "23505"


GONE = OperationalError("select 1", {}, Exception("server closed the connection"))


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry.time, "sleep", lambda seconds: None)


@pytest.mark.parametrize("error", [GONE, DatabaseUnavailable("The database does not answer.")])
def test_what_fails_because_the_database_is_away_is_tried_again(error: Exception) -> None:
    answers = [error, error, "written"]

    def write() -> object:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert with_retries(write) == "written"


def test_a_write_the_database_refuses_is_not_repeated() -> None:
    tries = []

    def write() -> None:
        tries.append(1)
        raise IntegrityError("insert", {}, Refused())

    with pytest.raises(IntegrityError):
        with_retries(write)
    assert len(tries) == 1


def test_patience_ends() -> None:
    def write() -> None:
        raise GONE

    with pytest.raises(OperationalError):
        with_retries(write, patience_seconds=-1.0)
