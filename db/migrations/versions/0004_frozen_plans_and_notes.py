"""Frozen plans, which own what they stand on, and notes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLE = "optimization_scenarios"
MODEL_KEY = "fk_optimization_scenarios_model_id_models"
PEOPLE = ("frozen_by", "note_by")

KEEP_FROZEN = """
CREATE FUNCTION keep_frozen_scenario() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.config, NEW.results, NEW.frozen, NEW.frozen_at, NEW.artifacts_path, NEW.artifacts_checksum)
     IS DISTINCT FROM
     (OLD.config, OLD.results, OLD.frozen, OLD.frozen_at, OLD.artifacts_path, OLD.artifacts_checksum)
  THEN
    RAISE EXCEPTION 'scenario % is frozen', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$
"""
GUARD = """
CREATE TRIGGER keep_frozen BEFORE UPDATE ON optimization_scenarios
FOR EACH ROW WHEN (OLD.frozen_at IS NOT NULL) EXECUTE FUNCTION keep_frozen_scenario()
"""


def upgrade() -> None:
    """Make the change."""
    op.add_column(TABLE, sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(TABLE, sa.Column("frozen_by", sa.Integer(), nullable=True))
    op.add_column(TABLE, sa.Column("frozen", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column(TABLE, sa.Column("artifacts_path", sa.Text(), nullable=True))
    op.add_column(TABLE, sa.Column("artifacts_checksum", sa.Text(), nullable=True))
    op.add_column(TABLE, sa.Column("note", sa.Text(), nullable=True))
    op.add_column(TABLE, sa.Column("note_by", sa.Integer(), nullable=True))
    op.add_column(TABLE, sa.Column("note_at", sa.DateTime(timezone=True), nullable=True))
    for column in PEOPLE:
        op.create_foreign_key(
            op.f(f"fk_{TABLE}_{column}_users"), TABLE, "users", [column], ["id"], ondelete="SET NULL"
        )
    op.alter_column(TABLE, "model_id", nullable=True)
    op.drop_constraint(op.f(MODEL_KEY), TABLE, type_="foreignkey")
    op.create_foreign_key(op.f(MODEL_KEY), TABLE, "models", ["model_id"], ["id"], ondelete="SET NULL")
    op.execute(KEEP_FROZEN)
    op.execute(GUARD)


def downgrade() -> None:
    """Take the change back; frozen plans whose model is gone go with it, as there is no place for them."""
    op.execute("DROP TRIGGER keep_frozen ON optimization_scenarios")
    op.execute("DROP FUNCTION keep_frozen_scenario()")
    op.execute("DELETE FROM optimization_scenarios WHERE model_id IS NULL")
    op.drop_constraint(op.f(MODEL_KEY), TABLE, type_="foreignkey")
    op.create_foreign_key(op.f(MODEL_KEY), TABLE, "models", ["model_id"], ["id"], ondelete="CASCADE")
    op.alter_column(TABLE, "model_id", nullable=False)
    for column in PEOPLE:
        op.drop_constraint(op.f(f"fk_{TABLE}_{column}_users"), TABLE, type_="foreignkey")
    for column in (
        "note_at", "note_by", "note", "artifacts_checksum", "artifacts_path", "frozen", "frozen_by",
        "frozen_at",
    ):  # fmt: skip
        op.drop_column(TABLE, column)
