"""Run by Alembic: the connection is handed in by db.migrate, never read from a file."""

from __future__ import annotations

from alembic import context

from db.migrate import is_ours
from db.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_name=is_ours,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
