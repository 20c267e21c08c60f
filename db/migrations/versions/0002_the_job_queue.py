"""The job queue: Procrastinate's own tables, functions and types."""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The newest of Procrastinate's own migrations that its schema contained when this was written. A release of
# it that brings further ones needs a migration here; a test compares.
LAST_OF_PROCRASTINATE = "03.04.00_50_post_add_retry_failed_job_procedure.sql"

_DROP_EVERYTHING_OF_THE_QUEUE = """
do $$
declare
    thing text;
begin
    for thing in
        select format('drop table %I cascade', relname) from pg_class
        where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname like 'procrastinate\\_%'
    loop execute thing; end loop;
    for thing in
        select format('drop function %s cascade', oid::regprocedure) from pg_proc
        where pronamespace = current_schema()::regnamespace and proname like 'procrastinate\\_%'
    loop execute thing; end loop;
    for thing in
        select format('drop type %I cascade', typname) from pg_type
        where typnamespace = current_schema()::regnamespace and typname like 'procrastinate\\_%'
            and typtype in ('e', 'c')
    loop execute thing; end loop;
end
$$
"""


def upgrade() -> None:
    """Apply the schema that comes with Procrastinate."""
    # psycopg's own cursor without parameters: the schema is many statements, with % and : in them.
    cursor = op.get_bind().connection.cursor()
    cursor.execute(SchemaManager.get_schema())


def downgrade() -> None:
    """Take away whatever carries the queue's prefix."""
    op.execute(_DROP_EVERYTHING_OF_THE_QUEUE)
