"""Stores invitations: one link, one person, one project and role."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from core.access.person import AccessDenied, Invitation, Membership, NotFound, Person
from core.access.roles import Permission, Role
from core.access.secret import LIFETIMES, hash_of, new_token, now
from core.access.store.audit import record
from core.access.store.members import join_as, membership, refuse_above, require
from core.errors import UserError
from db.tables import AccessToken, Project, ProjectMember, TokenKind, User

_GONE = "This invitation was used already, withdrawn, or has expired. Ask for a new one."


def invite(s: Session, person: Person, project_id: int | None, role: Role | None = None) -> str:
    """The token of an invitation into a project: a week long, for one person.

    Needs member:manage, and no role above one's own. Without a project it opens just an account: the
    owner of the installation alone may do that.
    """
    if project_id is None:
        if not person.is_owner:
            raise AccessDenied("Only the owner of this installation invites people without a project.")
    else:
        role = Role(role or Role.VIEWER)
        refuse_above(require(s, person, project_id, Permission.MEMBER_MANAGE), role)
    token = new_token()
    row = AccessToken(
        kind=TokenKind.INVITATION,
        token_hash=hash_of(token),
        project_id=project_id,
        role=role if project_id is not None else None,
        created_by=person.id,
        expires_at=now() + LIFETIMES.invitation,
    )
    s.add(row)
    s.flush()
    record(s, person, project_id, "member:invite", row.id, None, {"role": row.role})
    return token


def invitation(s: Session, token: str) -> Invitation:
    """What an invitation offers; raises NotFound when it is no longer open."""
    row = s.execute(_open().where(AccessToken.token_hash == hash_of(token))).first()
    if row is None:
        raise NotFound(_GONE)
    return _described(*row)


def invitations(s: Session, person: Person, project_id: int) -> list[Invitation]:
    """The open invitations into a project, the newest first; needs member:manage."""
    require(s, person, project_id, Permission.MEMBER_MANAGE)
    query = _open().where(AccessToken.project_id == project_id).order_by(AccessToken.id.desc())
    return [_described(*row) for row in s.execute(query)]


def revoke_invitation(s: Session, person: Person, project_id: int, invitation_id: int) -> None:
    """Withdraw an open invitation of a project; needs member:manage."""
    require(s, person, project_id, Permission.MEMBER_MANAGE)
    row = s.execute(
        _open().where(AccessToken.project_id == project_id, AccessToken.id == invitation_id)
    ).first()
    if row is None:
        raise NotFound(_GONE)
    row[0].revoked_at = now()
    record(s, person, project_id, "member:revoke_invitation", invitation_id)


def accept_invitation(s: Session, person: Person, token: str) -> Membership | None:
    """Join a project with an account that exists already; None when the invitation names no project."""
    return use_invitation(s, person, open_invitation(s, token))


def open_invitation(s: Session, token: str) -> AccessToken:
    """The invitation's row, locked until the transaction ends; raises NotFound when it is not open."""
    query = _open().where(AccessToken.token_hash == hash_of(token)).with_for_update(of=AccessToken)
    row = s.execute(query).first()
    if row is None:
        raise NotFound(_GONE)
    return row[0]


def use_invitation(s: Session, person: Person, token: AccessToken) -> Membership | None:
    """Make `person` a member as the invitation says, and use it up."""
    if person.is_demo:
        raise AccessDenied("The demo account stays in the demo project. Sign out and make an account first.")
    token.used_at, token.user_id = now(), person.id
    if token.project_id is None or token.role is None:
        return None
    if s.get(ProjectMember, (token.project_id, person.id)) is not None:
        raise UserError("You are a member of this project already.")
    join_as(s, token.project_id, person.id, Role(token.role))
    record(s, person, token.project_id, "member:join", person.id, person.username, {"role": token.role})
    return membership(s, person, token.project_id)


def _open() -> Select[AccessToken, Project, User]:
    maker = aliased(User)
    return (
        select(AccessToken, Project, maker)
        .outerjoin(Project, Project.id == AccessToken.project_id)
        .outerjoin(maker, maker.id == AccessToken.created_by)
        .where(
            AccessToken.kind == TokenKind.INVITATION,
            AccessToken.expires_at > now(),
            AccessToken.used_at.is_(None),
            AccessToken.revoked_at.is_(None),
            Project.deleted_at.is_(None),
        )
    )


def _described(token: AccessToken, project: Project | None, maker: User | None) -> Invitation:
    return Invitation(
        id=token.id,
        project_id=token.project_id,
        project_name=project.name if project else None,
        role=Role(token.role) if token.role else None,
        invited_by=(maker.display_name or maker.username) if maker else None,
        expires_at=token.expires_at,
    )
