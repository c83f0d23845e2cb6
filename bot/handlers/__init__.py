"""One file per way to answer; HANDLERS joins each route with its handler."""

from collections.abc import Callable
from dataclasses import replace

from bot.handlers import (
    applications,
    callback,
    crisis,
    facilities,
    friendship,
    handing_over,
    language,
    link_code,
    media,
    menu,
    my_data,
    procedure,
    question,
    rating,
    satisfaction,
    sensitive,
    talking,
    tapping,
    waiting,
    waste,
)
from bot.outcome import Outcome, Tools, Turn
from bot.routing import Route, route
from bot.states import AskedWhatIsLeft, FillingProcedure, Idle

Handler = Callable[[Turn, Tools], Outcome]


def _without_tools(handler: Callable[[Turn], Outcome]) -> Handler:
    return lambda turn, _tools: handler(turn)


HANDLERS: dict[Route, Handler] = {
    Route.CRISIS: crisis.answer_crisis,
    Route.UNSEND: _without_tools(friendship.forget_message),
    Route.FOLLOW: _without_tools(friendship.welcome),
    Route.UNFOLLOW: _without_tools(friendship.say_goodbye),
    Route.JOIN_GROUP: _without_tools(friendship.introduce_in_group),
    Route.STAFF: handing_over.offer_staff,
    Route.TAP: tapping.answer_tap,
    Route.CANCEL: _without_tools(talking.cancel),
    Route.CALLBACK: callback.continue_callback,
    Route.MENU: menu.show_menu,
    Route.LANGUAGE: _without_tools(language.language_in_words),
    Route.LOCATION: _without_tools(facilities.answer_location),
    Route.MEDIA: _without_tools(media.ask_about_media),
    Route.STICKER: _without_tools(talking.answer_sticker),
    Route.FEEDBACK: rating.rate_in_words,
    Route.CORRECTION: question.correct_question,
    Route.GREETING: _without_tools(talking.greet),
    Route.THANKS: _without_tools(talking.thank),
    Route.SMALL_TALK: _without_tools(talking.talk_small),
    Route.FACILITY: facilities.answer_facilities,
    Route.WASTE_ITEM: waste.answer_item,
    Route.COLLECTION_DAYS: waste.answer_days,
    Route.PRIVATE_MATTER: _without_tools(talking.decline_private_matter),
    Route.RELAY: _without_tools(waiting.relay),
    Route.WAITING: _without_tools(waiting.take_words),
    Route.GO_ON: waiting.go_on,
    Route.WITHDRAW: waiting.withdraw,
    Route.REOPEN: _without_tools(waiting.reopen),
    Route.COMMENT: satisfaction.take_comment,
    Route.PROCEDURE: lambda turn, tools: procedure.continue_filling(turn, tools, answer_by_route),
    Route.START: procedure.start_in_words,
    Route.STATUS: lambda turn, tools: applications.status_in_words(turn, tools, answer_besides_procedures),
    Route.MY_DATA: my_data.show,
    Route.LINK_CODE: link_code.use_code,
    Route.WHAT_IS_LEFT: applications.take_what_is_left,
    Route.ANSWER: sensitive.answer_with_care,
    Route.SILENT: _without_tools(talking.keep_silent),
}

OF_PROCEDURES = (Route.PROCEDURE, Route.START, Route.TAP, Route.STAFF, Route.CRISIS, Route.UNSEND, Route.FOLLOW, Route.UNFOLLOW)
"""Routes that know what to do with a procedure in the middle; whatever else is answered, the procedure goes on after it."""


BESIDE_WHAT_IS_LEFT = (
    Route.WHAT_IS_LEFT,
    Route.MEDIA,
    Route.STICKER,
    Route.LOCATION,
    Route.LANGUAGE,
    Route.UNSEND,
    Route.RELAY,
    Route.SILENT,
)
"""Routes after which words still say what is left; whoever turns to something else has given that up."""


def decide(turn: Turn, tools: Tools) -> Outcome:
    """By the route of the turn; in the middle of a procedure with its question at the end."""
    return decide_on(route(turn), turn, tools)


def decide_on(chosen: Route, turn: Turn, tools: Tools) -> Outcome:
    if isinstance(turn.state, FillingProcedure) and chosen not in OF_PROCEDURES and not turn.is_held:
        return procedure.beside(turn, tools, HANDLERS[chosen])
    if isinstance(turn.state, AskedWhatIsLeft) and chosen not in BESIDE_WHAT_IS_LEFT:
        turn = replace(turn, state=Idle(last=turn.state.last))
    return HANDLERS[chosen](turn, tools)


def answer_by_route(turn: Turn, tools: Tools) -> Outcome:
    return HANDLERS[route(turn)](turn, tools)


def answer_besides_procedures(turn: Turn, tools: Tools) -> Outcome:
    """What the words mean where nothing can be applied for."""
    return HANDLERS[route(replace(turn, procedures=None))](turn, tools)
