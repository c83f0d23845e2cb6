"""the words of passages."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('stored_words',
    sa.Column('text_hash', sa.String(length=32), nullable=False),
    sa.Column('words', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('text_hash', name=op.f('pk_stored_words'))
    )


def downgrade() -> None:
    op.drop_table('stored_words')
