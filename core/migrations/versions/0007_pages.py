"""Pages without a login: what they are for, in which language; link codes, verified accounts, drafts for the counter."""

import sqlalchemy as sa
from alembic import op

import core.database

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('form_link', schema=None) as batch_op:
        batch_op.add_column(sa.Column('purpose', sa.String(length=16), nullable=False, server_default='filling'))
        batch_op.add_column(sa.Column('language', sa.String(length=16), nullable=False, server_default='ja'))
        batch_op.alter_column('purpose', server_default=None)
        batch_op.alter_column('language', server_default=None)

    op.create_table('counter_draft',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('resident_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('procedure_id', sa.String(length=40), nullable=False),
    sa.Column('digest', sa.String(length=16), nullable=False),
    sa.Column('filling_uid', sa.String(length=32), nullable=False),
    sa.Column('language', sa.String(length=16), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('slot_key', sa.String(length=200), nullable=True),
    sa.Column('created_at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_counter_draft_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_counter_draft_resident_id_resident'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counter_draft')),
    sa.UniqueConstraint('filling_uid', name=op.f('uq_counter_draft_filling_uid')),
    sa.UniqueConstraint('municipality_id', 'code', name=op.f('uq_counter_draft_municipality_id_code'))
    )
    with op.batch_alter_table('counter_draft', schema=None) as batch_op:
        batch_op.create_index('ix_counter_draft_expires_at', ['expires_at'], unique=False)
        batch_op.create_index('ix_counter_draft_resident_id', ['resident_id'], unique=False)

    op.create_table('link_attempts',
    sa.Column('resident_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('began_at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_link_attempts_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_link_attempts_resident_id_resident'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('resident_id', name=op.f('pk_link_attempts'))
    )
    op.create_table('link_code',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('method', sa.String(length=40), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('used_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_link_code_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_link_code_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_link_code')),
    sa.UniqueConstraint('municipality_id', 'digest', name=op.f('uq_link_code_municipality_id_digest'))
    )
    with op.batch_alter_table('link_code', schema=None) as batch_op:
        batch_op.create_index('ix_link_code_expires_at', ['expires_at'], unique=False)

    op.create_table('verified_account',
    sa.Column('resident_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('method', sa.String(length=40), nullable=False),
    sa.Column('verified_at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_verified_account_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_verified_account_resident_id_resident'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_verified_account_staff_id_staff')),
    sa.PrimaryKeyConstraint('resident_id', name=op.f('pk_verified_account'))
    )


def downgrade() -> None:
    op.drop_table('verified_account')
    with op.batch_alter_table('link_code', schema=None) as batch_op:
        batch_op.drop_index('ix_link_code_expires_at')

    op.drop_table('link_code')
    op.drop_table('link_attempts')
    with op.batch_alter_table('counter_draft', schema=None) as batch_op:
        batch_op.drop_index('ix_counter_draft_resident_id')
        batch_op.drop_index('ix_counter_draft_expires_at')

    op.drop_table('counter_draft')
    with op.batch_alter_table('form_link', schema=None) as batch_op:
        batch_op.drop_column('language')
        batch_op.drop_column('purpose')
