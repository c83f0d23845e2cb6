"""The choices that stand under replies, so that every reply leads somewhere."""

from bot.bubbles import typed_text
from bot.case_words import choice_in
from bot.models import ConversationKind
from bot.outcome import Turn
from bot.taps import (
    AskEntry,
    AskStaff,
    Cancel,
    ChooseLanguage,
    GoOnWithBot,
    LeaveMessage,
    RateAnswer,
    RequestCallback,
    ShowLanguages,
    ShowLocationHelp,
    ShowMenu,
    WaitForStaff,
    WithdrawCase,
)
from core.messages import Choice, Language, Tap, TapValue, in_script_of
from core.recognising import is_kana_only, is_undecided_latin
from procedures.definition import Definition
from procedures.taps import ShowApplications, ShowMyData, ShowProcedures, StartProcedure


def tap(turn: Turn, key: str, value: TapValue) -> Choice:
    """A choice whose label is also what appears in the talk."""
    return choice_in(turn.pack, turn.language, key, value)


def staff(turn: Turn) -> Choice:
    return tap(turn, "staff", AskStaff())


def menu(turn: Turn) -> Choice:
    return tap(turn, "menu", ShowMenu())


def callback(turn: Turn) -> Choice:
    return tap(turn, "callback", RequestCallback())


def procedures(turn: Turn) -> tuple[Choice, ...]:
    """Every procedure, by its name, to begin it."""
    found = []
    for definition in turn.procedures.definitions.values() if turn.procedures is not None else ():
        texts = {language.value: translated["title"] for language, translated in definition.translations.items() if "title" in translated}
        label = in_script_of(turn.language, texts) or definition.title
        found.append(Choice(label=label, action=Tap(value=StartProcedure(procedure=definition.id), shown=label)))
    return tuple(found)


def procedures_choice(turn: Turn) -> Choice:
    return tap(turn, "procedures", ShowProcedures())


def of_procedures(turn: Turn) -> tuple[Choice, ...]:
    """Where something can be applied for: what, and how it stands."""
    can_apply = turn.procedures is not None and turn.procedures.definitions and turn.conversation_kind is ConversationKind.PERSON
    return (procedures_choice(turn), applications(turn)) if can_apply else ()


def own_data(turn: Turn) -> tuple[Choice, ...]:
    """Where something can be applied for, something may be kept; nothing of it in groups."""
    return (tap(turn, "my_data", ShowMyData()),) if of_procedures(turn) else ()


def applications(turn: Turn) -> Choice:
    return tap(turn, "applications", ShowApplications())


def start(turn: Turn, definition: Definition | None, words: str = "", entry: str = "") -> tuple[Choice, ...]:
    """The button under an answer (`entry`) that begins what it is about; nothing of it in groups."""
    if definition is None or turn.conversation_kind is not ConversationKind.PERSON:
        return ()
    texts = {language.value: of["start_label"] for language, of in definition.translations.items() if "start_label" in of}
    own = definition.start_label if turn.language is Language.JAPANESE else ""
    label = in_script_of(turn.language, texts) or own or turn.say("procedure.choice.start")
    value = StartProcedure(procedure=definition.id, words=words, entry=entry if entry in definition.entry_answers else "")
    return (Choice(label=label, action=Tap(value=value, shown=label), is_primary=True),)


def cancel(turn: Turn) -> Choice:
    return tap(turn, "cancel", Cancel())


def languages(turn: Turn) -> Choice:
    return tap(turn, "languages", ShowLanguages())


def nearby(turn: Turn) -> Choice:
    return tap(turn, "nearby", ShowLocationHelp())


def while_waiting(turn: Turn) -> tuple[Choice, ...]:
    """Under what is said to somebody in the queue."""
    return (
        tap(turn, "wait", WaitForStaff()),
        tap(turn, "leave_message", LeaveMessage()),
        callback(turn),
        go_on(turn),
        tap(turn, "withdraw", WithdrawCase()),
    )


def go_on(turn: Turn) -> Choice:
    return tap(turn, "go_on", GoOnWithBot())


def ordinary(turn: Turn) -> tuple[Choice, ...]:
    """Under replies that answer no question."""
    return (menu(turn), staff(turn))


def after_answer(turn: Turn, *parts: str) -> tuple[Choice, ...]:
    """Under every answer. `parts` are entries of which only a part was given; each can be read as a whole."""
    return (
        tap(turn, "helped", RateAnswer(turn=turn.uid, helped=True)),
        tap(turn, "not_helped", RateAnswer(turn=turn.uid, helped=False)),
        *(tap(turn, "whole", AskEntry(entry=entry)) for entry in parts),
        staff(turn),
        menu(turn),
    )


def speak(turn: Turn, language: Language) -> Choice:
    """A language in its own name."""
    name = turn.pack.sentences.say("language.name", language)
    return Choice(label=name, action=Tap(value=ChooseLanguage(language=language), shown=name))


def ways_to_speak(turn: Turn, language: Language) -> tuple[Choice, ...]:
    """Back to Japanese, so that nobody is stuck in a wrong guess; easy Japanese for who writes only kana; all languages for a "hello"."""
    offered = turn.pack.municipality.languages
    if turn.conversation_kind is not ConversationKind.PERSON:
        return ()
    if language is not Language.JAPANESE:
        return (speak(turn, Language.JAPANESE),)
    typed = typed_text(turn.bubbles)
    if turn.has_language or len(offered) == 1:
        return ()
    if is_undecided_latin(typed):
        return (languages(turn),)
    return (speak(turn, Language.EASY),) if Language.EASY in offered and is_kana_only(typed) else ()
