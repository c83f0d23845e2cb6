"""Editions: what officers changed over the pack."""

import sqlalchemy as sa
from alembic import op

import core.database

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('municipality', sa.Column('edit_revision', sa.BigInteger(), nullable=False, server_default='0'))
    op.create_table('edition',
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('subject', sa.String(length=120), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('way', sa.String(length=16), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('is_pack', sa.Boolean(), nullable=False),
    sa.Column('before', sa.Text(), nullable=False),
    sa.Column('author', sa.String(length=100), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.String(length=100), nullable=True),
    sa.Column('decided_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['staff.id'], name=op.f('fk_edition_author_id_staff')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_edition_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('municipality_id', 'subject', 'number', name=op.f('pk_edition'))
    )
    for state in ('published', 'in_review'):
        is_it = sa.text(f"state = '{state}'")
        op.create_index(f'uq_edition_{state}', 'edition', ['municipality_id', 'subject'], unique=True, sqlite_where=is_it, postgresql_where=is_it)


def downgrade() -> None:
    op.drop_table('edition')
    op.drop_column('municipality', 'edit_revision')
