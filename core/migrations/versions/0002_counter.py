"""Cases, the desk they are worked on, and the changes that open pages are told of."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import core.database

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('change',
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('topic', sa.String(length=64), nullable=False),
    sa.Column('at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_change_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('municipality_id', 'number', name=op.f('pk_change'))
    )
    with op.batch_alter_table('change', schema=None) as batch_op:
        batch_op.create_index('ix_change_at', ['at'], unique=False)

    op.create_table('canned_reply',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('department_id', sa.String(length=64), nullable=True),
    sa.Column('owner_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('shortcut', sa.String(length=32), nullable=False),
    sa.Column('title', sa.String(length=100), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('valid_from', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('valid_until', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('used', sa.Integer(), nullable=False),
    sa.Column('updated_at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_canned_reply_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['owner_id'], ['staff.id'], name=op.f('fk_canned_reply_owner_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_canned_reply'))
    )
    with op.batch_alter_table('canned_reply', schema=None) as batch_op:
        batch_op.create_index('ix_canned_reply_municipality_id_shortcut', ['municipality_id', 'shortcut'], unique=False)

    op.create_table('emergency_message',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('texts', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('is_pushed', sa.Boolean(), nullable=False),
    sa.Column('began_at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ended_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('approved_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['approved_by'], ['staff.id'], name=op.f('fk_emergency_message_approved_by_staff')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_emergency_message_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_emergency_message_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_emergency_message'))
    )
    with op.batch_alter_table('emergency_message', schema=None) as batch_op:
        batch_op.create_index('ix_emergency_message_municipality_id_ended_at', ['municipality_id', 'ended_at'], unique=False)

    op.create_table('form_submission',
    sa.Column('submission', sa.String(length=36), nullable=False),
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('detail', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('undone_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_form_submission_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_form_submission_staff_id_staff')),
    sa.PrimaryKeyConstraint('submission', name=op.f('pk_form_submission'))
    )
    with op.batch_alter_table('form_submission', schema=None) as batch_op:
        batch_op.create_index('ix_form_submission_at', ['at'], unique=False)

    op.create_table('saved_filter',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('query', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_saved_filter_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_saved_filter_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_filter')),
    sa.UniqueConstraint('staff_id', 'name', name=op.f('uq_saved_filter_staff_id_name'))
    )
    op.create_table('handover_note',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('department_id', sa.String(length=64), nullable=True),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_handover_note_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_handover_note_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_note'))
    )
    with op.batch_alter_table('handover_note', schema=None) as batch_op:
        batch_op.create_index('ix_handover_note_municipality_id_at', ['municipality_id', 'at'], unique=False)

    op.create_table('intake_pause',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('department_id', sa.String(length=64), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('began_at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ended_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_intake_pause_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_intake_pause_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intake_pause'))
    )
    with op.batch_alter_table('intake_pause', schema=None) as batch_op:
        batch_op.create_index('ix_intake_pause_municipality_id_ended_at', ['municipality_id', 'ended_at'], unique=False)

    op.create_table('presence',
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('since', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('heartbeat_at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('offered_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('missed', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_presence_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_presence_staff_id_staff')),
    sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_presence'))
    )
    with op.batch_alter_table('presence', schema=None) as batch_op:
        batch_op.create_index('ix_presence_municipality_id_state', ['municipality_id', 'state'], unique=False)

    op.create_table('case',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('conversation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('resident_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('reason', sa.String(length=16), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('packet', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('department_id', sa.String(length=64), nullable=True),
    sa.Column('category', sa.String(length=100), nullable=False),
    sa.Column('language', sa.String(length=16), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('holder_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('offered_until', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('declined', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('routing', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('transfers', sa.Integer(), nullable=False),
    sa.Column('snoozed_until', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('is_escalated', sa.Boolean(), nullable=False),
    sa.Column('warned', sa.Integer(), nullable=False),
    sa.Column('promised_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('is_apologised', sa.Boolean(), nullable=False),
    sa.Column('opened_at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('claimed_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('first_reply_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('last_staff_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('last_resident_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('due_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('due_from', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('warn_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('resolve_by', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('is_overdue', sa.Boolean(), nullable=False),
    sa.Column('nudged_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('closed_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('close_reason', sa.String(length=32), nullable=True),
    sa.Column('minutes', sa.Integer(), nullable=True),
    sa.Column('is_faq_candidate', sa.Boolean(), nullable=False),
    sa.Column('wrap_up', sa.Text(), nullable=False),
    sa.Column('reopened', sa.Integer(), nullable=False),
    sa.Column('satisfaction', sa.Integer(), nullable=True),
    sa.Column('satisfaction_comment', sa.Text(), nullable=False),
    sa.Column('satisfaction_asked_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('reviewed_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('reviewed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('contact', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['closed_by'], ['staff.id'], name=op.f('fk_case_closed_by_staff')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('fk_case_conversation_id_conversation')),
    sa.ForeignKeyConstraint(['holder_id'], ['staff.id'], name=op.f('fk_case_holder_id_staff')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_case_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_case_resident_id_resident')),
    sa.ForeignKeyConstraint(['reviewed_by'], ['staff.id'], name=op.f('fk_case_reviewed_by_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case'))
    )
    with op.batch_alter_table('case', schema=None) as batch_op:
        batch_op.create_index('ix_case_conversation_id_state', ['conversation_id', 'state'], unique=False)
        batch_op.create_index('ix_case_holder_id_state', ['holder_id', 'state'], unique=False)
        batch_op.create_index('ix_case_municipality_id_closed_at', ['municipality_id', 'closed_at'], unique=False)
        batch_op.create_index('ix_case_municipality_id_state_opened_at', ['municipality_id', 'state', 'opened_at'], unique=False)
        batch_op.create_index('ix_case_resident_id', ['resident_id'], unique=False)
        batch_op.create_index('ix_case_unwritten', ['municipality_id', 'closed_at'], unique=False, sqlite_where=sa.text("state = 'closed' AND minutes IS NULL"), postgresql_where=sa.text("state = 'closed' AND minutes IS NULL"))
        batch_op.create_index('uq_case_open_conversation_id', ['conversation_id'], unique=True, sqlite_where=sa.text("state != 'closed'"), postgresql_where=sa.text("state != 'closed'"))

    op.create_table('case_event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('detail', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_case_event_case_id_case')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_case_event_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_case_event_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_event'))
    )
    with op.batch_alter_table('case_event', schema=None) as batch_op:
        batch_op.create_index('ix_case_event_case_id_id', ['case_id', 'id'], unique=False)
        batch_op.create_index('ix_case_event_municipality_id_at', ['municipality_id', 'at'], unique=False)

    op.create_table('case_note',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_case_note_case_id_case')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_case_note_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_case_note_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_note'))
    )
    with op.batch_alter_table('case_note', schema=None) as batch_op:
        batch_op.create_index('ix_case_note_case_id_id', ['case_id', 'id'], unique=False)

    op.create_table('case_task',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('call_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('created_at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('done_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('done_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_case_task_case_id_case')),
    sa.ForeignKeyConstraint(['done_by'], ['staff.id'], name=op.f('fk_case_task_done_by_staff')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_case_task_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_task')),
    sa.UniqueConstraint('call_id', name=op.f('uq_case_task_call_id'))
    )
    with op.batch_alter_table('case_task', schema=None) as batch_op:
        batch_op.create_index('ix_case_task_municipality_id_done_at', ['municipality_id', 'done_at'], unique=False)

    op.create_table('contact_limit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('resident_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('step', sa.String(length=16), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('asked_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('approved_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ended_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['approved_by'], ['staff.id'], name=op.f('fk_contact_limit_approved_by_staff')),
    sa.ForeignKeyConstraint(['asked_by'], ['staff.id'], name=op.f('fk_contact_limit_asked_by_staff')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_contact_limit_case_id_case')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_contact_limit_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_contact_limit_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_limit'))
    )
    with op.batch_alter_table('contact_limit', schema=None) as batch_op:
        batch_op.create_index('ix_contact_limit_resident_id_ended_at', ['resident_id', 'ended_at'], unique=False)

    op.create_table('draft',
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_draft_case_id_case')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_draft_staff_id_staff')),
    sa.PrimaryKeyConstraint('case_id', 'staff_id', 'kind', name=op.f('pk_draft'))
    )
    op.create_table('media',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('conversation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('channel_message_id', sa.String(length=64), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('content_type', sa.String(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('problem', sa.String(length=64), nullable=False),
    sa.Column('created_at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_media_case_id_case')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('fk_media_conversation_id_conversation')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_media_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_media'))
    )
    with op.batch_alter_table('media', schema=None) as batch_op:
        batch_op.create_index('ix_media_channel_message_id', ['channel_message_id'], unique=False)
        batch_op.create_index('ix_media_conversation_id', ['conversation_id'], unique=False)
        batch_op.create_index('ix_media_municipality_id_expires_at', ['municipality_id', 'expires_at'], unique=False)

    op.create_table('viewing',
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('typed_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('is_here', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_viewing_case_id_case')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_viewing_staff_id_staff')),
    sa.PrimaryKeyConstraint('case_id', 'staff_id', name=op.f('pk_viewing'))
    )
    op.create_table('mention',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('note_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('seen_at', core.database.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_mention_case_id_case')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_mention_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['note_id'], ['case_note.id'], name=op.f('fk_mention_note_id_case_note')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_mention_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mention')),
    sa.UniqueConstraint('note_id', 'staff_id', name=op.f('uq_mention_note_id_staff_id'))
    )
    with op.batch_alter_table('mention', schema=None) as batch_op:
        batch_op.create_index('ix_mention_staff_id_seen_at', ['staff_id', 'seen_at'], unique=False)

    op.create_table('staff_message',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('municipality_id', sa.String(length=64), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('submission', sa.String(length=36), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('media_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('fencing_token', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('send_at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('created_at', core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('call_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_staff_message_case_id_case')),
    sa.ForeignKeyConstraint(['media_id'], ['media.id'], name=op.f('fk_staff_message_media_id_media')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_staff_message_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_message_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_message')),
    sa.UniqueConstraint('submission', name=op.f('uq_staff_message_submission'))
    )
    with op.batch_alter_table('staff_message', schema=None) as batch_op:
        batch_op.create_index('ix_staff_message_case_id_id', ['case_id', 'id'], unique=False)

    with op.batch_alter_table('callback_request', schema=None) as batch_op:
        batch_op.add_column(sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_callback_request_case_id_case'), 'case', ['case_id'], ['id'])

    with op.batch_alter_table('conversation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('spare_tokens', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), server_default='[]', nullable=False))
        batch_op.add_column(sa.Column('crisis_at', core.database.UtcDateTime(timezone=True), nullable=True))

    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.add_column(sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('media_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_message_media_id_media'), 'media', ['media_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_message_staff_id_staff'), 'staff', ['staff_id'], ['id'])

    with op.batch_alter_table('municipality', schema=None) as batch_op:
        batch_op.add_column(sa.Column('change_number', sa.BigInteger(), server_default='0', nullable=False))

    with op.batch_alter_table('outgoing_call', schema=None) as batch_op:
        batch_op.add_column(sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_outgoing_call_staff_id_staff'), 'staff', ['staff_id'], ['id'])

    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.add_column(sa.Column('capacity', sa.Integer(), server_default='4', nullable=False))
        batch_op.add_column(sa.Column('languages', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), server_default='[]', nullable=False))
        batch_op.add_column(sa.Column('skills', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), server_default='[]', nullable=False))



def downgrade() -> None:
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.drop_column('skills')
        batch_op.drop_column('languages')
        batch_op.drop_column('capacity')

    with op.batch_alter_table('outgoing_call', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_outgoing_call_staff_id_staff'), type_='foreignkey')
        batch_op.drop_column('staff_id')

    with op.batch_alter_table('municipality', schema=None) as batch_op:
        batch_op.drop_column('change_number')

    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_message_staff_id_staff'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_message_media_id_media'), type_='foreignkey')
        batch_op.drop_column('media_id')
        batch_op.drop_column('staff_id')

    with op.batch_alter_table('conversation', schema=None) as batch_op:
        batch_op.drop_column('crisis_at')
        batch_op.drop_column('spare_tokens')

    with op.batch_alter_table('callback_request', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_callback_request_case_id_case'), type_='foreignkey')
        batch_op.drop_column('case_id')

    with op.batch_alter_table('staff_message', schema=None) as batch_op:
        batch_op.drop_index('ix_staff_message_case_id_id')

    op.drop_table('staff_message')
    with op.batch_alter_table('mention', schema=None) as batch_op:
        batch_op.drop_index('ix_mention_staff_id_seen_at')

    op.drop_table('mention')
    op.drop_table('viewing')
    with op.batch_alter_table('media', schema=None) as batch_op:
        batch_op.drop_index('ix_media_municipality_id_expires_at')
        batch_op.drop_index('ix_media_conversation_id')
        batch_op.drop_index('ix_media_channel_message_id')

    op.drop_table('media')
    op.drop_table('draft')
    with op.batch_alter_table('contact_limit', schema=None) as batch_op:
        batch_op.drop_index('ix_contact_limit_resident_id_ended_at')

    op.drop_table('contact_limit')
    with op.batch_alter_table('case_task', schema=None) as batch_op:
        batch_op.drop_index('ix_case_task_municipality_id_done_at')

    op.drop_table('case_task')
    with op.batch_alter_table('case_note', schema=None) as batch_op:
        batch_op.drop_index('ix_case_note_case_id_id')

    op.drop_table('case_note')
    with op.batch_alter_table('case_event', schema=None) as batch_op:
        batch_op.drop_index('ix_case_event_municipality_id_at')
        batch_op.drop_index('ix_case_event_case_id_id')

    op.drop_table('case_event')
    with op.batch_alter_table('case', schema=None) as batch_op:
        batch_op.drop_index('ix_case_municipality_id_state_opened_at')
        batch_op.drop_index('ix_case_municipality_id_closed_at')
        batch_op.drop_index('uq_case_open_conversation_id')
        batch_op.drop_index('ix_case_unwritten')
        batch_op.drop_index('ix_case_resident_id')
        batch_op.drop_index('ix_case_holder_id_state')
        batch_op.drop_index('ix_case_conversation_id_state')

    op.drop_table('case')
    with op.batch_alter_table('presence', schema=None) as batch_op:
        batch_op.drop_index('ix_presence_municipality_id_state')

    op.drop_table('presence')
    with op.batch_alter_table('intake_pause', schema=None) as batch_op:
        batch_op.drop_index('ix_intake_pause_municipality_id_ended_at')

    op.drop_table('intake_pause')
    with op.batch_alter_table('handover_note', schema=None) as batch_op:
        batch_op.drop_index('ix_handover_note_municipality_id_at')

    op.drop_table('handover_note')
    op.drop_table('saved_filter')
    with op.batch_alter_table('form_submission', schema=None) as batch_op:
        batch_op.drop_index('ix_form_submission_at')

    op.drop_table('form_submission')
    with op.batch_alter_table('emergency_message', schema=None) as batch_op:
        batch_op.drop_index('ix_emergency_message_municipality_id_ended_at')

    op.drop_table('emergency_message')
    with op.batch_alter_table('canned_reply', schema=None) as batch_op:
        batch_op.drop_index('ix_canned_reply_municipality_id_shortcut')

    op.drop_table('canned_reply')
    with op.batch_alter_table('change', schema=None) as batch_op:
        batch_op.drop_index('ix_change_at')

    op.drop_table('change')
