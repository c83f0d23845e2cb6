"""Which handler takes a turn; the first rule that matches wins. Pure."""

from enum import StrEnum

from bot.facilities import asked_facilities
from bot.incoming import (
    Followed,
    JoinedGroup,
    LeftGroup,
    Said,
    SentLocation,
    SentMedia,
    SentSticker,
    Tapped,
    Unfollowed,
    Unsent,
)
from bot.models import ConversationKind
from bot.outcome import Turn
from bot.starting import (
    asks_for_own_data,
    asks_how_it_stands,
    goes_on_with_filling,
    says_not_done,
    says_only_name,
    to_be_changed,
    wanted_procedure,
)
from bot.states import (
    AskedForComment,
    AskedForPhone,
    AskedForTime,
    AskedWhatIsLeft,
    Beside,
    EndedUnanswered,
    FillingProcedure,
    LeavingMessage,
    WaitingForStaff,
)
from bot.taps import (
    AskStaff,
    ChooseLanguage,
    GoOnWithBot,
    LeaveMessage,
    RateService,
    RequestCallback,
    ShowLanguages,
    SkipComment,
    WaitForStaff,
    WithdrawCase,
)
from bot.waste import asked_days, asked_item
from bot.words import contains, crisis_in, is_whole, reason_in
from procedures.assurance import read_code

ABOUT_WAITING = (
    AskStaff,
    ChooseLanguage,
    GoOnWithBot,
    LeaveMessage,
    RateService,
    RequestCallback,
    ShowLanguages,
    SkipComment,
    WaitForStaff,
    WithdrawCase,
)
"""Buttons that do not turn away from a person."""


class Route(StrEnum):
    """Every way to take a turn; each has one handler."""

    CRISIS = "crisis"
    UNSEND = "unsend"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    JOIN_GROUP = "join_group"
    STAFF = "staff"
    TAP = "tap"
    CANCEL = "cancel"
    CALLBACK = "callback"
    MENU = "menu"
    LANGUAGE = "language"
    LOCATION = "location"
    MEDIA = "media"
    STICKER = "sticker"
    FEEDBACK = "feedback"
    CORRECTION = "correction"
    GREETING = "greeting"
    THANKS = "thanks"
    SMALL_TALK = "small_talk"
    FACILITY = "facility"
    WASTE_ITEM = "waste_item"
    COLLECTION_DAYS = "collection_days"
    PRIVATE_MATTER = "private_matter"
    RELAY = "relay"
    WAITING = "waiting"
    GO_ON = "go_on"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    COMMENT = "comment"
    PROCEDURE = "procedure"
    START = "start"
    STATUS = "status"
    MY_DATA = "my_data"
    LINK_CODE = "link_code"
    WHAT_IS_LEFT = "what_is_left"
    ANSWER = "answer"
    SILENT = "silent"


def route(turn: Turn) -> Route:
    if not turn.last.may_answer and not isinstance(turn.last.content, Unsent | Unfollowed):
        return Route.SILENT
    if turn.conversation_kind is not ConversationKind.PERSON:
        return _route_in_group(turn)
    if turn.is_held:
        return Route.CRISIS if _speaks(turn) and crisis_in(turn.pack.lexicon, turn.text) else Route.RELAY
    return _route_event(turn) or _route_words(turn)


def goes_on_with_bot(turn: Turn, chosen: Route) -> bool:
    """Whether somebody who waits, or was asked how it was, turns to the bot again: by a button that has nothing to do with waiting."""
    if not isinstance(turn.state, Beside):
        return False
    if chosen is Route.TAP and isinstance(turn.last.content, Tapped):
        return not isinstance(turn.last.content.value, ABOUT_WAITING)
    return chosen in (Route.MENU, Route.FOLLOW, Route.LOCATION) or (
        isinstance(turn.state, AskedForComment | EndedUnanswered)
        and chosen not in (Route.COMMENT, Route.REOPEN, Route.CRISIS, Route.LANGUAGE)
    )


def _speaks(turn: Turn) -> bool:
    return isinstance(turn.last.content, Said | SentSticker | SentMedia) and bool(turn.text)


def _route_in_group(turn: Turn) -> Route:
    """Among others we speak only when spoken to, and never about a person."""
    match turn.last.content:
        case JoinedGroup():
            return Route.JOIN_GROUP
        case Unsent():
            return Route.UNSEND
        case Tapped():
            return Route.TAP
        case Said(mentions_us=True) if turn.text:
            if crisis_in(turn.pack.lexicon, turn.text):
                return Route.CRISIS
            if contains(turn.pack.lexicon.people, turn.text) or turn.masked_number:
                return Route.PRIVATE_MATTER
            return _route_words(turn)
        case Said(mentions_us=True):
            return Route.JOIN_GROUP
        case _:
            return Route.SILENT


def _route_event(turn: Turn) -> Route | None:
    """By the kind of event, where words do not decide."""
    match turn.last.content:
        case Followed():
            return Route.FOLLOW
        case Unfollowed():
            return Route.UNFOLLOW
        case Unsent():
            return Route.UNSEND
        case Tapped():
            return Route.TAP
        case SentLocation() | SentMedia() | SentSticker() if isinstance(turn.state, WaitingForStaff | LeavingMessage) and not turn.text:
            return Route.WAITING
        case SentLocation() if isinstance(turn.state, FillingProcedure):
            return Route.PROCEDURE
        case SentMedia() if isinstance(turn.state, FillingProcedure) and not turn.text:
            return Route.PROCEDURE
        case SentLocation():
            return Route.LOCATION
        case SentMedia() | SentSticker() | Said() if turn.text:
            return None
        case SentMedia():
            return Route.MEDIA
        case SentSticker():
            return Route.STICKER
        case Said():
            return Route.MENU
        case LeftGroup() | _:
            return Route.SILENT


def _route_words(turn: Turn) -> Route:
    lexicon, text = turn.pack.lexicon, turn.text
    if crisis_in(lexicon, text):
        return Route.CRISIS
    if contains(lexicon.staff, text):
        return Route.STAFF
    if is_whole(lexicon.menu, text):
        return Route.MENU
    if any(is_whole(words, text) for words in lexicon.languages.values()):
        return Route.LANGUAGE
    match turn.state:
        case AskedForPhone() | AskedForTime() if is_whole(lexicon.cancel, text):
            return Route.CANCEL
        case AskedForPhone() if is_whole(lexicon.back, text):
            return Route.CANCEL
        case AskedForPhone() | AskedForTime():
            return Route.CALLBACK
        case WaitingForStaff() | LeavingMessage() if is_whole(lexicon.go_on, text):
            return Route.GO_ON
        case WaitingForStaff() if is_whole(lexicon.cancel, text):
            return Route.WITHDRAW
        case LeavingMessage() if is_whole(lexicon.cancel, text) or is_whole(lexicon.back, text):
            return Route.GO_ON
        case WaitingForStaff() | LeavingMessage():
            return Route.WAITING
        case EndedUnanswered() if not _is_farewell(turn):
            return Route.REOPEN
        case AskedForComment() if not _is_farewell(turn):
            return Route.COMMENT
        case FillingProcedure():
            return _route_in_procedure(turn)
        case _:
            pass
    if wanted_procedure(turn.procedures, text) is not None or goes_on_with_filling(turn.procedures, text):
        return Route.START
    if asks_how_it_stands(turn.procedures, text) or to_be_changed(turn.procedures, text) or says_not_done(turn.procedures, text):
        return Route.STATUS
    if asks_for_own_data(turn.procedures, text):
        return Route.MY_DATA
    if turn.procedures is not None and read_code(text) is not None:
        return Route.LINK_CODE
    if isinstance(turn.state, AskedWhatIsLeft) and not _is_farewell(turn):
        return Route.WHAT_IS_LEFT
    if is_whole(lexicon.cancel, text):
        return Route.CANCEL
    if is_whole(lexicon.helpful, text) or is_whole(lexicon.rejections, text):
        return Route.FEEDBACK if _was_answered(turn) else Route.SMALL_TALK
    if _was_answered(turn) and reason_in(lexicon, text) is not None:
        return Route.FEEDBACK
    if _was_answered(turn) and contains(lexicon.corrections, text):
        return Route.CORRECTION
    if is_whole(lexicon.greetings, text):
        return Route.GREETING
    if is_whole(lexicon.thanks, text):
        return Route.THANKS
    if any(is_whole(talk.patterns, text) for talk in lexicon.small_talk):
        return Route.SMALL_TALK
    if asked_facilities(turn.pack, text) is not None:
        return Route.FACILITY
    if asked_item(turn.pack.waste, text) is not None:
        return Route.WASTE_ITEM
    if asked_days(turn.pack.waste, text, turn.state.last.question if turn.state.last else "") is not None:
        return Route.COLLECTION_DAYS
    return Route.ANSWER


def _route_in_procedure(turn: Turn) -> Route:
    """Words are answers, unless they ask for a procedure in so many words, or how an application stands."""
    wanted = wanted_procedure(turn.procedures, turn.text)
    is_another = wanted is not None and turn.filling is not None and wanted.id != turn.filling.procedure_id
    if is_another or (wanted is not None and says_only_name(turn.procedures, turn.text)):
        return Route.START
    if asks_for_own_data(turn.procedures, turn.text):
        return Route.MY_DATA
    if read_code(turn.text) is not None:
        return Route.LINK_CODE
    return Route.STATUS if asks_how_it_stands(turn.procedures, turn.text) else Route.PROCEDURE


def _is_farewell(turn: Turn) -> bool:
    """Words that answer nobody."""
    lexicon = turn.pack.lexicon
    return any(is_whole(words, turn.text) for words in (lexicon.greetings, lexicon.thanks, lexicon.cancel, lexicon.go_on))


def _was_answered(turn: Turn) -> bool:
    last = turn.state.last
    return last is not None and bool(last.question)
