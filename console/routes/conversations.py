"""Conversations: the list, and one talk with its ledger."""

from urllib.parse import urlencode

from fastapi import APIRouter, Response

from bot.queries import conversation_in, ledger, recent_conversations, resident_of
from console.access import visible_talks
from console.forms import clean
from console.permissions import Permission
from console.security import PREFIX
from console.texts import named
from console.views.conversations import ConversationsView, conversation_line, language_tag
from console.views.paging import paging
from console.views.talk import TalkView, entry_ids, turn_views
from console.visiting import NotHereError, PageNumber, Reader, RowId, Visit
from faq.queries import current_versions

PATH = f"{PREFIX}/conversations"
ROOM = "conversations"
PAGE = 30
MESSAGES = 100
WORDS_LIMIT = 100

router = APIRouter(prefix="/conversations")


@router.get("")
def list_conversations(visit: Reader, page: PageNumber, words: str = "") -> Response:
    view = conversations_view(visit, searched(words), page)
    return visit.page_or_fragment("conversations/page.html", "conversations/_list.html", view, room=ROOM)


@router.get("/{conversation_id}")
def talk(conversation_id: RowId, visit: Reader, words: str = "", before: str = "") -> Response:
    is_number = before.isascii() and before.isdecimal() and len(before) < 19
    view = talk_view(visit, conversation_id, searched(words), int(before) if is_number else None)
    return visit.page("conversations/talk.html", view, room=ROOM)


def searched(words: str) -> str:
    return clean(words).strip()[:WORDS_LIMIT]


def conversations_view(visit: Visit, words: str, page: int) -> ConversationsView:
    with visit.reading() as session:
        # One more than is shown tells whether another page follows.
        shown, skipped = visible_talks(visit), (page - 1) * PAGE
        found = recent_conversations(session, visit.municipality_id, words=words, shown=shown, limit=PAGE + 1, offset=skipped)
    return ConversationsView(
        words=words,
        lines=tuple(conversation_line(summary) for summary in found[:PAGE]),
        paging=paging(PATH, page, has_later=len(found) > PAGE, query={"words": words}),
    )


def talk_view(visit: Visit, conversation_id: int, words: str, before: int | None) -> TalkView:
    """Raises NotHereError."""
    with visit.reading() as session:
        conversation = conversation_in(session, visit.municipality_id, conversation_id, visible_talks(visit))
        if conversation is None:
            raise NotHereError(f"no conversation {conversation_id} here")
        resident = resident_of(session, conversation)
        found = ledger(session, conversation.id, limit=MESSAGES + 1, before=before)
        lines = found[-MESSAGES:]
        versions = current_versions(session, visit.municipality_id, sorted(entry_ids(lines)))
        language = resident.language if resident else None
        return TalkView(
            id=conversation.id,
            kind=named("conversation_kind", conversation.kind),
            words=words,
            language=named("language", language or "ja"),
            tag=language_tag(language),
            is_blocked=resident is not None and resident.blocked_at is not None,
            turns=tuple(turn_views(lines, words, {key: version.question for key, version in versions.items()})),
            may_edit=visit.may(Permission.EDIT_CONTENT),
            older=address_of(conversation.id, words, lines[0].message.id) if len(found) > MESSAGES else None,
            newest=address_of(conversation.id, words, None) if before is not None else None,
        )


def address_of(conversation_id: int, words: str, before: int | None) -> str:
    query = {name: value for name, value in (("words", words), ("before", str(before or ""))) if value}
    return f"{PATH}/{conversation_id}" + (f"?{urlencode(query)}" if query else "")
