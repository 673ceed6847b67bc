"""Language of an account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("user") as table:
        table.add_column(sa.Column("language", sa.String(5)))


def downgrade() -> None:
    with op.batch_alter_table("user") as table:
        table.drop_column("language")
