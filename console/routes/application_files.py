"""What leaves the board as a file: an application on paper, its photos, and tables; all of it recorded."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Response

from bot.media import MediaState
from bot.receiving import photo_after
from console.access import accessible_application
from console.application_lists import applications_view, filter_of, procedures_of, query_of
from console.application_paper import paper_of
from console.application_reading import ApplicationReading
from console.application_tables import Encoding, table_of
from console.case_queries import media_by_id
from console.forms import TextForm
from console.permissions import Permission
from console.texts import say
from console.views.case_talk import PHOTO_TYPES
from console.visiting import ApplicationReader, ApplicationWriter, NotHereError, RowId
from core.clock import in_japan
from core.errors import TamperedError
from procedures.paper import template_of, to_pdf
from procedures.sheet import photos_of

ROOM = "applications"
REASON_LIMIT = 80

router = APIRouter(prefix="/applications")


class TableForm(TextForm):
    """`query` is the board as it stands in the address; `reveals` asks for sensitive answers in full."""

    query: str = ""
    procedure: str = ""
    encoding: str = ""
    reason: str = ""
    reveals: str = ""


@router.post("/csv")
def export_applications(form: Annotated[TableForm, Form()], visit: ApplicationWriter) -> Response:
    """Of one procedure, since each asks something else. Why it is needed is written down."""
    query = query_of(visit, form.query)
    reason = " ".join(form.reason.split())[:REASON_LIMIT]
    definition = procedures_of(visit).definitions.get(form.procedure)
    reveals = form.reveals == "1" and visit.may(Permission.EXPORT_SENSITIVE)
    encoding = Encoding(form.encoding) if form.encoding in set(Encoding) else Encoding.UTF_8
    problem = "" if definition is not None and reason else "export_unreasoned" if definition is not None else "export_which"
    # Many answers take long to be opened: nobody who writes may have to wait for that.
    with visit.reading() as session:
        if definition is None or not reason:
            view = applications_view(session, visit, query, problem=say(f"application.{problem}"))
            return visit.page("applications/page.html", view, room=ROOM, status=422)
        wanted = filter_of(visit, query, (), procedure_id=definition.id)
        content, count = table_of(session, visit, definition, wanted, encoding=encoding, reveals=reveals)
    what = f"procedure:{definition.id} {count}" + (" sensitive" if reveals else "")
    with visit.writing() as session:
        visit.record(session, "application.export", f"{what} {reason}")
    name = f"{definition.id}-{in_japan(visit.now):%Y%m%d}.csv"
    charset = "utf-8" if encoding is Encoding.UTF_8 else "shift_jis"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type=f"text/csv; charset={charset}", headers=headers)


@router.get("/{application_id}/paper")
def print_application(application_id: RowId, visit: ApplicationReader) -> Response:
    """A PDF of A4. Sensitive answers stand on it for those who deal with applications."""
    with visit.writing() as session:
        reading = ApplicationReading.of(session, visit, application_id)
        form = paper_of(reading, reveals=reading.may_handle)
        number = reading.application.number
        visit.record(session, "application.print", f"application:{application_id}")
    pdf = to_pdf(form, template_of(visit.pack))
    disposition = f"inline; filename*=UTF-8''{quote(f'{number}.pdf', safe='')}"
    return Response(pdf, media_type="application/pdf", headers={"content-disposition": disposition, "cache-control": "no-store"})


@router.get("/{application_id}/media/{media_id}")
def show_photo(application_id: RowId, media_id: RowId, visit: ApplicationReader, size: str = "") -> Response:
    """A photo or file that the resident gave, or the picture of what was done."""
    with visit.reading() as session:
        reading = ApplicationReading.of(session, visit, application_id)
        application = accessible_application(session, visit, application_id)
        known = {number for numbers in photos_of(reading.progress).values() for number in numbers} | {photo_after(reading.events)}
        media = media_by_id(session, application.municipality_id, [media_id]).get(media_id) if media_id in known else None
        if media is None or media.state != MediaState.READY:
            raise NotHereError(f"no file {media_id} of application {application_id} here")
        is_photo = media.content_type in PHOTO_TYPES
        is_small = is_photo and size == "small"
        try:
            content = visit.receiving.media.read(media, is_preview=is_small)
        except (FileNotFoundError, TamperedError):
            raise NotHereError(f"the bytes of file {media_id} are not there") from None
        name, content_type = media.name, media.content_type
    placed = "inline" if is_photo else "attachment"
    disposition = f"{placed}; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type="image/jpeg" if is_small else content_type, headers={"content-disposition": disposition})
