"""Changing fees and values with the days from which they hold."""

from collections.abc import Sequence
from dataclasses import replace

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from console.forms import Posted
from console.procedure_editing import (
    ROOM,
    Editing,
    editing_of,
    notice_of,
    read_text,
    save_text,
    save_value,
    text_named,
    value_text,
    values_used,
)
from console.procedure_fee_form import (
    Row,
    TypedRow,
    fee_rows,
    has_gaps,
    posted_rows,
    read_rows,
    rows_of_fee,
    rows_of_value,
    typed_rows,
    value_rows,
)
from console.source_problems import problem_line
from console.texts import say
from console.views.choices import Choice
from console.views.differences import differences
from console.views.procedure_fees import FeesView, RowProblem, TableView, fee_label, uses_of
from console.visiting import NotHereError, ProcedureReader, ProcedureWriter, Visit
from core.clock import in_japan
from core.current_packs import read_rows as read_value_rows
from core.current_packs import written_rows
from core.edits import VALUE, digest_of, edition_in
from core.models import Edition, EditionState
from procedures.definition import Definition
from procedures.fields.choosing import ChoiceField
from procedures.known import plain_value
from procedures.places import fee_rows_path
from procedures.source_edits import changed

PAGE = "procedures/fees.html"

router = APIRouter()


@router.get("/procedures/{procedure_id}/fees")
def show_fees(procedure_id: str, visit: ProcedureReader) -> Response:
    with visit.reading() as session:
        view = fees_view(session, visit, editing_of(session, visit, procedure_id))
    return visit.page(PAGE, view, room=ROOM)


@router.post("/procedures/{procedure_id}/values/{name}")
def change_value(procedure_id: str, name: str, posted: Posted, visit: ProcedureWriter) -> Response:
    typed, edited = posted_rows(posted), posted.get("edited", "")
    with visit.writing() as session:
        editing = editing_of(session, visit, procedure_id)
        definition = read_text(visit, editing, editing.text)
        if name not in values_used(definition):
            raise NotHereError("no such value of this procedure")
        table = value_table(session, visit, name, definition)
        rows, problems = read_rows(typed, keys=(), is_number=is_number(visit, name), today=in_japan(visit.now).date())
        if not problems and table.may_edit:
            _, _, to_edit = value_text(session, visit, name)
            text = written_rows(value_rows(rows))
            if edited == table.edited or text == to_edit:
                saved = save_value(session, visit, name, text, way="fees")
                return answered(visit, editing, saved)
        return refused(session, visit, editing, table, typed, problems, posted.get("before", ""))


@router.post("/procedures/{procedure_id}/fees/{fee_name}")
def change_fee(procedure_id: str, fee_name: str, posted: Posted, visit: ProcedureWriter) -> Response:
    typed = posted_rows(posted)
    with visit.writing() as session:
        editing = editing_of(session, visit, procedure_id)
        definition = read_text(visit, editing, editing.text)
        fee = definition.fees.get(fee_name)
        if fee is None or not fee.rows:
            raise NotHereError("no such fee of this procedure")
        table = fee_table(visit, editing, definition, fee_name)
        keys = tuple(choice.value for choice in table.keys)
        rows, problems = read_rows(typed, keys=keys, is_number=True, today=in_japan(visit.now).date())
        made_from = text_named(session, visit, editing, posted.get("edited", ""))
        # What others changed elsewhere in the procedure meanwhile does not touch these rows.
        is_fresh = made_from is not None and read_text(visit, editing, made_from).fees.get(fee_name) == fee
        if not problems and table.may_edit and (is_fresh or same_rows(rows, definition, fee_name)):
            text = changed(editing.text, [(fee_rows_path(fee_name), fee_rows(rows))])
            saved = save_text(session, visit, editing, text, way="fees", made_from=editing.text)
            if isinstance(saved, Edition) or not saved:
                return answered(visit, editing, saved if isinstance(saved, Edition) else None)
            problems = tuple(("first-0", problem_line(one).text) for one in saved)
        return refused(session, visit, editing, table, typed, problems, posted.get("before", ""))


def same_rows(rows: Sequence[Row], definition: Definition, name: str) -> bool:
    return tuple(rows) == rows_of_fee(definition.fees[name].rows)


def answered(visit: Visit, editing: Editing, saved: Edition | None) -> Response:
    return visit.redirect(f"{editing.path}/fees", notice_of(saved))


def refused(
    session: Session,
    visit: Visit,
    editing: Editing,
    table: TableView,
    typed: Sequence[TypedRow],
    problems: Sequence[tuple[str, str]],
    before: str,
) -> Response:
    """What was typed stays; without problems somebody else was faster, and what they changed is shown."""
    is_stale = not problems
    shown = replace(
        table,
        rows=tuple(typed),
        problems=tuple(RowProblem(field=field, text=text) for field, text in problems),
        conflict=differences(before, table.now) if is_stale else (),
    )
    view = fees_view(session, visit, editing, shown)
    return visit.page(PAGE, view, room=ROOM, status=409 if is_stale else 422)


def fees_view(session: Session, visit: Visit, editing: Editing, instead: TableView | None = None) -> FeesView:
    definition = read_text(visit, editing, editing.text)
    of_fees = {fee.value for fee in definition.fees.values() if fee.value}
    names = [name for name in values_used(definition) if visit.pack.values.rows_of(name)]
    tables = [fee_table(visit, editing, definition, name) for name, fee in definition.fees.items() if fee.rows]
    tables += [value_table(session, visit, name, definition) for name in names]
    shown = [instead if instead is not None and (one.kind, one.name) == (instead.kind, instead.name) else one for one in tables]
    return FeesView(
        title=definition.title,
        path=editing.path,
        fees=tuple(one for one in shown if one.kind == "fees" or one.name in of_fees),
        values=tuple(one for one in shown if one.kind == "values" and one.name not in of_fees),
        needs_approval=visit.pack.municipality.procedures_need_approval,
        has_problems=instead is not None,
    )


def value_table(session: Session, visit: Visit, name: str, definition: Definition) -> TableView:
    _, _, text = value_text(session, visit, name)
    waiting = edition_in(session, visit.municipality_id, VALUE + name, EditionState.IN_REVIEW)
    rows = read_value_rows(text)
    return TableView(
        kind="values",
        name=name,
        label=visit.pack.value_names.get(name) or uses_of(name, definition) or name,
        code=name,
        shown=shown_today(visit, rows_of_value(rows)),
        note=" ".join(filter(None, (used_in(visit, name, definition), say("fees.value_note")))),
        edited=digest_of(text),
        rows=typed_rows(rows_of_value(rows)),
        keys=(),
        waiting=waiting.author if waiting is not None else "",
        may_edit=not has_gaps([("", row.valid_from, row.valid_until) for row in rows]),
        now=plain_rows(rows_of_value(rows)),
    )


def used_in(visit: Visit, name: str, definition: Definition) -> str:
    """Where a value is used, where its own name does not say just that."""
    uses, label = uses_of(name, definition), visit.pack.value_names.get(name, "")
    return say("fees.used_in", uses=uses) if label and uses not in ("", label) else ""


def fee_table(visit: Visit, editing: Editing, definition: Definition, name: str) -> TableView:
    fee = definition.fees[name]
    field = definition.by_name.get(fee.by)
    labels = {row.value: row.label for row in field.options_} if isinstance(field, ChoiceField) else {}
    keys = dict.fromkeys((*labels, *(row.key for row in fee.rows)))
    rows = rows_of_fee(fee.rows)
    return TableView(
        kind="fees",
        name=name,
        label=fee_label(definition, name),
        code="",
        shown="",
        note=say("fees.fee_note", field=field.label if field is not None else fee.by),
        edited=editing.digest,
        rows=typed_rows(rows),
        keys=tuple(Choice(value=key, label=labels.get(key, key)) for key in keys),
        waiting=editing.waiting.author if editing.waiting is not None else "",
        may_edit=not has_gaps([(row.key, row.valid_from, row.valid_until) for row in fee.rows]),
        now=plain_rows(rows),
    )


def plain_rows(rows: Sequence[Row]) -> str:
    """One line per row, for comparing."""
    return "\n".join(
        say("fees.row", first=row.first.isoformat() if row.first else say("fees.always"), key=row.key, text=row.text).strip()
        for row in rows
    )


def shown_today(visit: Visit, rows: Sequence[Row]) -> str:
    today = in_japan(visit.now).date()
    return next((row.text for row in reversed(rows) if row.first is None or row.first <= today), "")


def is_number(visit: Visit, name: str) -> bool:
    """What is a number now is counted with somewhere."""
    rows = visit.pack.values.rows_of(name)
    return bool(rows) and all(isinstance(plain_value(row.value), int) for row in rows)
