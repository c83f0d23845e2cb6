"""Saved filters of boards."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("saved_filter", schema=None) as batch_op:
        batch_op.add_column(sa.Column("room", sa.String(length=20), server_default="cases", nullable=False))
        batch_op.drop_constraint(batch_op.f("uq_saved_filter_staff_id_name"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_saved_filter_staff_id_room_name"), ["staff_id", "room", "name"])


def downgrade() -> None:
    # Filters of other lists would open the list of cases.
    op.execute("DELETE FROM saved_filter WHERE room <> 'cases'")
    with op.batch_alter_table("saved_filter", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_saved_filter_staff_id_room_name"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_saved_filter_staff_id_name"), ["staff_id", "name"])
        batch_op.drop_column("room")
