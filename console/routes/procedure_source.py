"""A procedure's YAML: downloading it, bringing an edited one in, seeing the difference before it takes effect, going back to the pack's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile

from console.forms import TextForm, clean
from console.permissions import Permission
from console.procedure_editing import ROOM, Editing, editing_of, examined, notice_of, read_text, save_text
from console.source_problems import problem_line
from console.texts import say
from console.views.procedure_source import ComparedView, SourceView, line_changes, lines_at
from console.visiting import ProcedureWriter, Reader, Visit
from core.models import Edition
from procedures.editions import StaleEditionError
from procedures.examining import SourceProblem

PAGE = "procedures/yaml.html"
COMPARED = "procedures/compared.html"
LIMIT = 100_000
"""Bytes of a definition."""

router = APIRouter()


class ConfirmForm(TextForm):
    """What the page with the difference holds."""

    source: str = ""
    edited: str = ""


@dataclass(frozen=True, kw_only=True)
class BroughtIn:
    """The file as text; `problem` where it is none."""

    source: str = ""
    problem: str = ""


async def brought_in(request: Request, _visit: ProcedureWriter) -> BroughtIn:
    """Read only once the visitor is known to be allowed."""
    file = (await request.form()).get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return BroughtIn(problem=say("problem.source_missing"))
    content = await file.read(LIMIT + 1)
    if len(content) > LIMIT:
        return BroughtIn(problem=say("problem.source_large"))
    try:
        return BroughtIn(source=clean(content.decode("utf-8-sig")))
    except UnicodeDecodeError:
        return BroughtIn(problem=say("problem.source_code"))


@router.get("/procedures/{procedure_id}/yaml")
def show_source(procedure_id: str, visit: Reader) -> Response:
    with visit.reading() as session:
        view = source_view(visit, editing_of(session, visit, procedure_id))
    return visit.page(PAGE, view, room=ROOM)


@router.get("/procedures/{procedure_id}/yaml/download")
def download_source(procedure_id: str, visit: Reader) -> Response:
    with visit.reading() as session:
        editing = editing_of(session, visit, procedure_id)
    headers = {"content-disposition": f'attachment; filename="{procedure_id}.yaml"', "cache-control": "no-store"}
    return Response(editing.text, media_type="application/yaml; charset=utf-8", headers=headers)


@router.post("/procedures/{procedure_id}/yaml")
def compare_source(procedure_id: str, brought: Annotated[BroughtIn, Depends(brought_in)], visit: ProcedureWriter) -> Response:
    """Shows what would change; nothing is changed yet."""
    with visit.reading() as session:
        editing = editing_of(session, visit, procedure_id)
    if brought.problem:
        return refused(visit, editing, "", [SourceProblem(where="", said=brought.problem, line=0)])
    if brought.source == editing.text:
        return visit.redirect(editing.path, "procedure_same")
    problems = examined(visit, procedure_id, brought.source).problems
    if problems:
        return refused(visit, editing, brought.source, problems)
    return visit.page(COMPARED, compared_view(visit, editing, brought.source), room=ROOM)


@router.post("/procedures/{procedure_id}/yaml/confirm")
def take_source(procedure_id: str, form: Annotated[ConfirmForm, Form()], visit: ProcedureWriter) -> Response:
    """What was brought in takes effect; a second click finds nothing to do."""
    with visit.writing() as session:
        editing = editing_of(session, visit, procedure_id)
        if form.edited != editing.digest and form.source != editing.text:
            view = compared_view(visit, editing, form.source, is_stale=True)
            return visit.page(COMPARED, view, room=ROOM, status=409)
        return written(session, visit, editing, form.source, "upload")


@router.post("/procedures/{procedure_id}/yaml/pack")
def return_to_pack(procedure_id: str, visit: ProcedureWriter) -> Response:
    with visit.writing() as session:
        editing = editing_of(session, visit, procedure_id)
        return written(session, visit, editing, editing.original, "restored")


def written(session: Session, visit: Visit, editing: Editing, source: str, way: str) -> Response:
    if len(source.encode()) > LIMIT:
        return refused(visit, editing, "", [SourceProblem(where="", said=say("problem.source_large"), line=0)])
    try:
        saved = save_text(session, visit, editing, source, way=way, made_from=editing.text)
    except StaleEditionError:
        return visit.page(COMPARED, compared_view(visit, editing, source, is_stale=True), room=ROOM, status=409)
    if isinstance(saved, Edition) or not saved:
        return visit.redirect(editing.path, notice_of(saved if isinstance(saved, Edition) else None))
    return refused(visit, editing, source, saved)


def refused(visit: Visit, editing: Editing, source: str, problems: Sequence[SourceProblem]) -> Response:
    return visit.page(PAGE, source_view(visit, editing, source, problems), room=ROOM, status=422)


def source_view(visit: Visit, editing: Editing, source: str = "", problems: Sequence[SourceProblem] = ()) -> SourceView:
    return SourceView(
        title=read_text(visit, editing, editing.text).title,
        path=editing.path,
        lines=tuple(editing.text.splitlines()),
        edited=editing.digest,
        is_waiting=editing.waiting is not None,
        is_own=editing.text != editing.original,
        may_edit=visit.may(Permission.EDIT_PROCEDURES),
        needs_approval=visit.pack.municipality.procedures_need_approval,
        problems=tuple(problem_line(one) for one in problems),
        problem_lines=lines_at(source, [one.line for one in problems]),
    )


def compared_view(visit: Visit, editing: Editing, source: str, *, is_stale: bool = False) -> ComparedView:
    return ComparedView(
        title=read_text(visit, editing, editing.text).title,
        path=editing.path,
        source=source,
        edited=editing.digest,
        changes=line_changes(editing.text, source),
        needs_approval=visit.pack.municipality.procedures_need_approval,
        is_stale=is_stale,
    )
