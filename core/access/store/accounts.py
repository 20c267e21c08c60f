"""Stores accounts: the claim of the first one, making others, their names and their passwords."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.access.credentials import checked_credentials, hash_password, password_faults, verify
from core.access.person import DEMO_USERNAME, AccessDenied, NotFound, Person
from core.access.secret import LIFETIMES, hash_of, new_token, now
from core.access.store.audit import record
from core.access.store.installation import registration_open
from core.access.store.invitations import open_invitation, use_invitation
from core.access.store.sessions import as_person, end_sessions
from core.errors import UserError
from db.tables import AccessToken, TokenKind, User

_LONGEST_NAME = 80


def register(
    s: Session,
    username: str,
    password: str,
    display_name: str | None = None,
    invitation: str | None = None,
) -> Person:
    """A new account, a member at once of the project it was invited to.

    Without an invitation it needs registration to be open. Raises UserError with every fault.
    """
    token = open_invitation(s, invitation) if invitation else None
    if token is None and not registration_open(s):
        raise AccessDenied("Accounts are made by invitation here: ask a member of the project for a link.")
    person = add_account(s, username, password, display_name)
    record(s, person, None, "account:register", person.id, person.username)
    if token is not None:
        use_invitation(s, person, token)
    return person


def add_account(
    s: Session, username: str, password: str, display_name: str | None, *, is_owner: bool = False
) -> Person:
    """A new account without asking; raises UserError when its name is taken or breaks a rule."""
    name, hashed = checked_credentials(username, password)
    if name == DEMO_USERNAME:
        raise UserError(f"The user name {name!r} is kept for the demo account.")
    user = User(username=name, password=hashed, display_name=_clean_name(display_name), is_owner=is_owner)
    try:
        with s.begin_nested():
            s.add(user)
    except IntegrityError as error:
        raise UserError(f"The user name {name!r} is taken.") from error
    return as_person(user)


def add_demo_account(s: Session, password: str) -> Person:
    """The demo account with this password; an existing one gets the password instead."""
    user = s.scalar(select(User).where(User.username == DEMO_USERNAME))
    if user is None:
        user = User(
            username=DEMO_USERNAME, password=hash_password(password), display_name="Demo", is_demo=True
        )
        s.add(user)
        s.flush()
        record(s, as_person(user), None, "account:add_demo", user.id, user.username)
    elif not verify(user.password, password):
        user.password = hash_password(password)
    return as_person(user)


def rename_person(s: Session, person: Person, name: str) -> Person:
    """The person under the name shown to others; an empty one shows the user name."""
    _refuse_demo(person)
    user = s.get_one(User, person.id)
    user.display_name = _clean_name(name)
    record(s, person, None, "account:rename", person.id, person.username)
    return as_person(user)


def change_password(s: Session, person: Person, old: str, new: str, keep_session: int | None = None) -> None:
    """A new password for who knows the old one; every session but `keep_session` ends."""
    _refuse_demo(person)
    user = s.get_one(User, person.id)
    if not verify(user.password, old):
        raise UserError("The present password is not right.")
    _set_password(user, new)
    end_sessions(s, person.id, keep_session)
    record(s, person, None, "account:change_password", person.id, person.username)


def reset_link(s: Session, owner: Person, username: str) -> str:
    """The token of a link with which an account gets a new password: a day long, once."""
    if not owner.is_owner:
        raise AccessDenied("Only the owner of this installation makes links to reset a password.")
    user = s.scalar(select(User).where(User.username == username.strip().lower(), ~User.is_demo))
    if user is None:
        raise NotFound(f"There is no account named {username!r}.")
    _withdraw_resets(s, user.id)
    token = new_token()
    s.add(
        AccessToken(
            kind=TokenKind.PASSWORD_RESET,
            token_hash=hash_of(token),
            user_id=user.id,
            created_by=owner.id,
            expires_at=now() + LIFETIMES.password_reset,
        )
    )
    record(s, owner, None, "account:reset_link", user.id, user.username)
    return token


def reset_password(s: Session, token: str, new: str) -> Person:
    """The account of a reset link with its new password; all its sessions end, the link is used up."""
    row = s.execute(
        select(AccessToken, User)
        .join(User, User.id == AccessToken.user_id)
        .where(
            AccessToken.kind == TokenKind.PASSWORD_RESET,
            AccessToken.token_hash == hash_of(token),
            AccessToken.expires_at > now(),
            AccessToken.used_at.is_(None),
            AccessToken.revoked_at.is_(None),
            User.is_active,
        )
        .with_for_update()
    ).first()
    if row is None:
        raise NotFound("This link was used already or has expired. Ask the owner for a new one.")
    link, user = row
    _set_password(user, new)
    link.used_at = now()
    end_sessions(s, user.id)
    record(s, as_person(user), None, "account:reset_password", user.id, user.username)
    return as_person(user)


def is_claimed(s: Session) -> bool:
    """Whether the installation has its owner."""
    return s.scalar(select(func.count()).select_from(User).where(User.is_owner)) == 1


def new_claim_token(s: Session) -> str | None:
    """A fresh token that makes its holder the owner, in place of every older one; None once claimed."""
    if is_claimed(s):
        return None
    s.execute(delete(AccessToken).where(AccessToken.kind == TokenKind.CLAIM))
    token = new_token()
    s.add(AccessToken(kind=TokenKind.CLAIM, token_hash=hash_of(token), expires_at=now() + LIFETIMES.claim))
    s.flush()
    return token


def claim(s: Session, token: str, username: str, password: str, display_name: str | None = None) -> Person:
    """The owner's account for who holds the claim token; once."""
    row = s.scalar(
        select(AccessToken)
        .where(
            AccessToken.kind == TokenKind.CLAIM,
            AccessToken.token_hash == hash_of(token),
            AccessToken.used_at.is_(None),
            AccessToken.expires_at > now(),
        )
        .with_for_update()
    )
    if row is None or is_claimed(s):
        raise NotFound("This claim link is not valid any more: the newest one stands in the terminal.")
    person = add_account(s, username, password, display_name, is_owner=True)
    row.used_at, row.user_id = now(), person.id
    record(s, person, None, "installation:claim", person.id, person.username)
    return person


def _set_password(user: User, new: str) -> None:
    if faults := password_faults(new, user.username):
        raise UserError(faults)
    user.password = hash_password(new)


def _withdraw_resets(s: Session, user_id: int) -> None:
    s.execute(
        update(AccessToken)
        .where(
            AccessToken.kind == TokenKind.PASSWORD_RESET,
            AccessToken.user_id == user_id,
            AccessToken.used_at.is_(None),
        )
        .values(revoked_at=now())
    )


def _clean_name(name: str | None) -> str | None:
    cleaned = " ".join((name or "").split())
    if len(cleaned) > _LONGEST_NAME:
        raise UserError(f"The name has {len(cleaned)} characters; it can have {_LONGEST_NAME}.")
    return cleaned or None


def _refuse_demo(person: Person) -> None:
    if person.is_demo:
        raise AccessDenied("The demo account is shared: its name and password stay as they are.")
