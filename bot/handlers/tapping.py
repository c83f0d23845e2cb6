"""Buttons of ours that were tapped: each value has one way to go on."""

from dataclasses import replace

from bot.handlers import applications, my_data, offering, procedure
from bot.handlers.callback import ask_for_phone, time_chosen
from bot.handlers.facilities import show_facility
from bot.handlers.handing_over import offer_staff
from bot.handlers.language import choose_language, show_languages
from bot.handlers.menu import ask_topic, show_category, show_menu
from bot.handlers.nearby import ask_for_place, show_facilities
from bot.handlers.page_filled import go_on_after_page
from bot.handlers.question import question_of, reply_with
from bot.handlers.rating import give_reason, nothing_fits, rate
from bot.handlers.satisfaction import rate_service, skip_comment
from bot.handlers.talking import cancel
from bot.handlers.waiting import go_on, leave_message, wait_on, withdraw
from bot.handlers.waste import ask_district, show_days, show_district, show_item
from bot.incoming import Tapped
from bot.outcome import Outcome, Tools, Turn
from bot.procedure_said import tapped_in
from bot.routing import Route
from bot.states import FillingProcedure, Idle
from bot.taps import (
    AskDistrict,
    AskEntry,
    AskStaff,
    AskTopic,
    Cancel,
    ChooseCallTime,
    ChooseLanguage,
    GiveReason,
    GoOnWithBot,
    LeaveMessage,
    NoneOfThese,
    RateAnswer,
    RateService,
    RequestCallback,
    ShowCategories,
    ShowCategory,
    ShowCollectionDays,
    ShowDistrict,
    ShowFacilities,
    ShowFacility,
    ShowLanguages,
    ShowLocationHelp,
    ShowMenu,
    ShowWasteItem,
    SkipComment,
    WaitForStaff,
    WithdrawCase,
)
from core.messages import Decision, Reply, Text
from procedures.taps import (
    ChangeApplication,
    ChooseDatum,
    DeleteDatum,
    DeleteMyData,
    FilledPage,
    KeepMyData,
    ReopenApplication,
    ShowApplication,
    ShowApplications,
    ShowMyData,
    ShowProcedures,
    StartProcedure,
    WithdrawApplication,
)
from retrieval.follow_up import subject_of


def answer_tap(turn: Turn, tools: Tools) -> Outcome:
    """Buttons of procedures say which one they belong to; any other one, in the middle of one, is answered beside it."""
    tapped = turn.last.content
    value = tapped.value if isinstance(tapped, Tapped) else None
    answer = tapped_in(value, tapped) if isinstance(tapped, Tapped) else None
    if answer is not None:
        return procedure.tapped(turn, tools, *answer)
    match value:
        case StartProcedure(procedure=name, words=words, entry=entry, anew=is_anew):
            return procedure.start(turn, tools, name, words=words, entry=entry, is_anew=is_anew)
        case ShowProcedures():
            return applications.show_procedures(turn)
        case ShowApplications():
            return applications.show_status(turn, tools)
        case ShowApplication(application=number):
            return applications.show_application(turn, tools, number)
        case ChangeApplication(application=number):
            return applications.change(turn, tools, number)
        case WithdrawApplication(application=number, sure=is_sure):
            return applications.withdraw(turn, tools, number, is_sure=is_sure)
        case ReopenApplication(application=number, silent=is_silent):
            return applications.ask_what_is_left(turn, tools, number, is_silent=is_silent)
        case GoOnWithBot():
            return go_on(turn, tools)
        case FilledPage(filling=uid):
            return go_on_after_page(turn, tools, uid)
        case DeleteMyData(sure=is_sure, kept=is_kept):
            return my_data.delete_all(turn, tools, is_sure=is_sure, is_kept=is_kept)
        case _ if isinstance(turn.state, FillingProcedure):
            return procedure.beside(turn, tools, _answer)
        case _:
            return _answer(turn, tools)


def _answer(turn: Turn, tools: Tools) -> Outcome:
    value = turn.last.content.value if isinstance(turn.last.content, Tapped) else None
    match value:
        case AskEntry(entry=entry):
            return quote_entry(turn, tools, entry)
        case RateAnswer(turn=uid, helped=helped):
            return rate(turn, tools, uid, helped)
        case GiveReason(turn=uid, reason=reason):
            return give_reason(turn, uid, reason)
        case NoneOfThese():
            return nothing_fits(turn, tools)
        case ShowMenu():
            return show_menu(turn, tools)
        case ShowCategories(start=start):
            return show_menu(turn, tools, start)
        case ShowCategory(category=category, start=start):
            return show_category(turn, tools, category, start)
        case AskTopic(topic=topic):
            return ask_topic(turn, tools, topic)
        case AskStaff():
            return offer_staff(turn, tools)
        case RequestCallback():
            return ask_for_phone(turn)
        case WaitForStaff():
            return wait_on(turn)
        case LeaveMessage():
            return leave_message(turn)
        case WithdrawCase():
            return withdraw(turn, tools)
        case RateService(case=case_id, score=score):
            return rate_service(turn, case_id, score)
        case SkipComment():
            return skip_comment(turn)
        case ChooseCallTime(time=time):
            return time_chosen(turn, time)
        case Cancel():
            return cancel(turn)
        case ShowLanguages():
            return show_languages(turn)
        case ChooseLanguage(language=language):
            return choose_language(turn, language)
        case ShowLocationHelp():
            return ask_for_place(turn)
        case ShowFacilities(kind=kind, latitude=latitude, longitude=longitude):
            return show_facilities(turn, kind, latitude, longitude)
        case ShowFacility(facility=facility):
            return show_facility(turn, facility)
        case ShowWasteItem(code=code):
            return show_item(turn, code)
        case AskDistrict(kind=kind, start=start):
            return ask_district(turn, kind, start)
        case ShowDistrict(district=district, kind=kind):
            return show_district(turn, district, kind)
        case ShowCollectionDays(area=area, kind=kind):
            return show_days(turn, area, kind)
        case ShowMyData():
            return my_data.show(turn, tools)
        case ChooseDatum():
            return my_data.choose(turn, tools)
        case DeleteDatum(datum=kind):
            return my_data.delete_one(turn, tools, kind)
        case KeepMyData():
            return my_data.leave(turn)
        case _:
            return _say(turn, "tap.not_ours", "refused_tampered_tap")


def quote_entry(turn: Turn, tools: Tools, entry_id: str) -> Outcome:
    last = turn.state.last
    # From a list of the menu, or of an earlier part of the talk, it answers its own question.
    offered = last if last is not None and entry_id in last.offered else None
    answer = tools.quote(question_of(turn, offered.question if offered else ""), entry_id)
    if answer is None:
        return _say(turn, "tap.entry_gone", "unanswerable_entry_gone")
    own = answer.passage.question if answer.passage is not None else ""
    question = offered.question if offered else own
    outcome = reply_with(turn, tools, Route.TAP, question, answer, refused=offered.refused if offered else ())
    said = outcome.state.last
    trace = {**outcome.trace, "question": question}
    if said is None or not own:
        return replace(outcome, trace=trace)
    aspect, rejected = (offered.aspect, offered.rejected) if offered else ("", "")
    return replace(outcome, state=Idle(last=replace(said, subject=subject_of(own), aspect=aspect, rejected=rejected)), trace=trace)


def _say(turn: Turn, key: str, status: str) -> Outcome:
    return Outcome(
        state=turn.state,
        decision=Decision(route=Route.TAP, status=status, decision="refuse"),
        reply=Reply(messages=(Text(text=turn.say(key)),), choices=offering.ordinary(turn), language=turn.language),
    )
