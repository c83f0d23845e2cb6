"""A guide from a document: choose a file, see what was read, keep it as a draft or publish it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.datastructures import UploadFile

from console.guide_form import GuideForm, document_of, form_of, wishes_of
from console.routes.content import ROOM
from console.routes.entries import address_of, tell_search
from console.security import PREFIX
from console.texts import say
from console.views.entry_form import department_choices
from console.views.guide import FileView, GuideView, file_view, guide_view
from console.visiting import ContentReader, ContentWriter, Visit
from core.errors import BusyError, ConflictError, ImportRefusedError
from faq.documents.apart import read_apart
from faq.documents.reading import ReadDocument, Reading
from faq.guides import GuidePlan, Wishes, keep_guide, plan_guide
from faq.queries import category_counts

PATH = f"{PREFIX}/new-guide"
CHOOSE = "guides/choose.html"
PREVIEW = "guides/preview.html"

router = APIRouter()


class Upload:
    """What the form of the first page sends."""

    def __init__(self, name: str, content: bytes, source_url: str, *, skip_scanned: bool) -> None:
        self.name = name
        self.content = content
        self.source_url = source_url
        self.skip_scanned = skip_scanned


async def uploaded(request: Request, _visit: ContentWriter) -> Upload:
    """Read only once the visitor is known to be allowed: until then no byte of the file is taken."""
    form = await request.form()
    file = form.get("file")
    is_file = isinstance(file, UploadFile)
    return Upload(
        name=plain_name(file.filename or "") if isinstance(file, UploadFile) else "",
        content=await file.read() if isinstance(file, UploadFile) and is_file else b"",
        source_url=str(form.get("source_url", "")).strip()[:1000],
        skip_scanned=form.get("skip_scanned") == "1",
    )


@router.get("/new-guide")
def show_new_guide(visit: ContentReader) -> Response:
    return visit.page(CHOOSE, file_view(), room=ROOM)


@router.post("/new-guide")
def read_new_guide(upload: Annotated[Upload, Depends(uploaded)], visit: ContentWriter) -> Response:
    """Shows what was read; nothing is stored yet."""
    if not upload.name:
        return refused(visit, upload, say("guide.no_file"))
    reading = Reading(name=upload.name, source_url=upload.source_url or None, skip_scanned=upload.skip_scanned)
    try:
        document = read_apart(reading, upload.content)
    except ImportRefusedError as error:
        return refused(visit, upload, str(error))
    except BusyError as error:
        return refused(visit, upload, str(error), status=503)
    plan = planned(visit, document, Wishes(source_url=upload.source_url))
    return visit.page(PREVIEW, preview(visit, plan, form_of(plan)), room=ROOM)


@router.post("/new-guide/keep")
def keep_new_guide(form: Annotated[GuideForm, Form()], visit: ContentWriter) -> Response:
    """What the preview held, as its fields say it: what an editor corrected there counts."""
    plan = planned(visit, document_of(form), wishes_of(form), publish=form.is_publication)
    if plan.problems:
        return visit.page(PREVIEW, preview(visit, plan, form), room=ROOM, status=422)
    if form.seen != form_of(plan).seen:
        return conflicting(visit, form, plan)
    try:
        with visit.writing() as session:
            saved = keep_guide(session, visit.pack, plan, author=visit.visitor.name, now=visit.now, publish=form.is_publication)
            if saved is not None:
                done = "publish" if form.is_publication else "draft"
                visit.record(session, f"guide.{done}", f"entry:{saved.entry_id}#{saved.number}")
                if form.is_publication:
                    tell_search(session, visit)
    except ConflictError:
        return conflicting(visit, form, planned(visit, document_of(form), wishes_of(form), publish=form.is_publication))
    notice = "guide_unchanged" if saved is None else "guide_published" if form.is_publication else "guide_drafted"
    return visit.redirect(address_of(plan.entry_id), notice)


def planned(visit: Visit, document: ReadDocument, wishes: Wishes, *, publish: bool = True) -> GuidePlan:
    with visit.reading() as session:
        return plan_guide(session, visit.pack, document, wishes, publish=publish)


def preview(visit: Visit, plan: GuidePlan, form: GuideForm, *, is_conflict: bool = False) -> GuideView:
    with visit.reading() as session:
        categories = tuple(category_counts(session, visit.municipality_id))
    return guide_view(plan, form, visit.pack, visit.now, categories, department_choices(visit.pack), is_conflict=is_conflict)


def conflicting(visit: Visit, form: GuideForm, plan: GuidePlan) -> Response:
    """Once somebody has seen what changed meanwhile, they may keep it all the same."""
    fresh = form.model_copy(update={"seen": form_of(plan).seen})
    return visit.page(PREVIEW, preview(visit, plan, fresh, is_conflict=True), room=ROOM, status=409)


def refused(visit: Visit, upload: Upload, problem: str, *, status: int = 422) -> Response:
    view: FileView = file_view(problem=problem, source_url=upload.source_url, skip_scanned=upload.skip_scanned)
    return visit.page(CHOOSE, view, room=ROOM, status=status)


def plain_name(name: str) -> str:
    """Some browsers send folders along."""
    return "".join(letter for letter in name.replace("\\", "/").rpartition("/")[2] if letter.isprintable())[:200]
