"""procedures in the talk: fillings of applications, photos of applications."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('filling', schema=None) as batch_op:
        batch_op.add_column(sa.Column('application_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_filling_application_id_application'), 'application', ['application_id'], ['id'], ondelete='CASCADE')
        batch_op.drop_constraint(batch_op.f('uq_filling_resident_id_procedure_id'), type_='unique')
        batch_op.create_index('ix_filling_resident_id_procedure_id', ['resident_id', 'procedure_id'], unique=False)
    with op.batch_alter_table('media', schema=None) as batch_op:
        batch_op.add_column(sa.Column('application_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_media_application_id_application'), 'application', ['application_id'], ['id'], ondelete='SET NULL')
        batch_op.create_index('ix_media_application_id', ['application_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('media', schema=None) as batch_op:
        batch_op.drop_index('ix_media_application_id')
        batch_op.drop_constraint(batch_op.f('fk_media_application_id_application'), type_='foreignkey')
        batch_op.drop_column('application_id')
    op.execute('DELETE FROM filling WHERE application_id IS NOT NULL')
    with op.batch_alter_table('filling', schema=None) as batch_op:
        batch_op.drop_index('ix_filling_resident_id_procedure_id')
        batch_op.create_unique_constraint(batch_op.f('uq_filling_resident_id_procedure_id'), ['resident_id', 'procedure_id'])
        batch_op.drop_constraint(batch_op.f('fk_filling_application_id_application'), type_='foreignkey')
        batch_op.drop_column('application_id')
