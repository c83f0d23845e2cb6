"""The list of content: search, category, state, paging."""

from fastapi import APIRouter, Response

from console.permissions import Permission
from console.routes.conversations import searched
from console.security import PREFIX
from console.texts import named
from console.views.choices import Choice
from console.views.content import ContentView, content_line
from console.views.paging import paging
from console.visiting import PageNumber, Reader, Visit
from core.clock import in_japan
from faq.lifecycle import VersionState
from faq.queries import EntryFilter, category_counts, entries_page

PATH = f"{PREFIX}/content"
ROOM = "content"
PAGE = 30

router = APIRouter()


@router.get("/content")
def list_content(visit: Reader, page: PageNumber, words: str = "", category: str = "", state: str = "") -> Response:
    view = content_view(visit, searched(words), searched(category), state if state in set(VersionState) else "", page)
    return visit.page_or_fragment("content/page.html", "content/_list.html", view, room=ROOM)


def content_view(visit: Visit, words: str, category: str, state: str, page: int) -> ContentView:
    wanted = EntryFilter(words=words, category=category or None, state=VersionState(state) if state else None)
    with visit.reading() as session:
        found = entries_page(session, visit.municipality_id, wanted, page, PAGE)
        categories = category_counts(session, visit.municipality_id)
    today = in_japan(visit.now).date()
    query = {"words": words, "category": category, "state": state}
    return ContentView(
        words=words,
        category=category,
        state=state,
        categories=tuple(Choice(value=name, label=name) for name in categories),
        states=tuple(Choice(value=value, label=named("entry_state", value)) for value in VersionState),
        lines=tuple(content_line(line, visit.pack, today) for line in found.lines),
        total=found.total,
        paging=paging(PATH, found.page, has_later=found.page < found.pages, query=query),
        may_edit=visit.may(Permission.EDIT_CONTENT),
    )
