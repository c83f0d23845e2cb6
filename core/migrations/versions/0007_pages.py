"""Pages without a login: what they are for, and in which language."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('form_link', schema=None) as batch_op:
        batch_op.add_column(sa.Column('purpose', sa.String(length=16), nullable=False, server_default='filling'))
        batch_op.add_column(sa.Column('language', sa.String(length=16), nullable=False, server_default='ja'))
        batch_op.alter_column('purpose', server_default=None)
        batch_op.alter_column('language', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('form_link', schema=None) as batch_op:
        batch_op.drop_column('language')
        batch_op.drop_column('purpose')
