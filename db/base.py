"""What every table shares: the metadata with its naming convention, the type map, and the common columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import DateTime, Enum, Identity, MetaData, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The one declarative base: text is unbounded, times are UTC with zone, documents are JSONB."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        dt.datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
    }


def by_value(kind: type[StrEnum], name: str, words: Mapping[Any, str] | None = None) -> Enum:
    """A text column limited by a named CHECK to the values of `kind`.

    Each member is stored as its value, or as the word that `words` gives it in this table.
    """
    stored = {member: member.value for member in kind} | dict(words or {})
    return Enum(
        kind,
        values_callable=lambda members: [stored[member] for member in members],
        native_enum=False,
        create_constraint=True,
        name=name,
        length=32,
    )


class Numbered:
    """An integer identity as the primary key, as in the documents the tables come from."""

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)


class Created:
    """When the row was made, by the database's clock."""

    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class Shelved:
    """A row that can be archived (hidden) or deleted with undo (kept until retention removes it)."""

    archived_at: Mapped[dt.datetime | None]
    deleted_at: Mapped[dt.datetime | None] = mapped_column(index=True)
