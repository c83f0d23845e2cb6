"""A step of a procedure as messages and choices: for the talk, and for trying a procedure out in the console. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, time

from core.clock import JAPAN, in_japan
from core.messages import (
    Action,
    Call,
    Card,
    Choice,
    Message,
    OpenLink,
    PickMoment,
    Reply,
    Row,
    SendLocation,
    TakePhoto,
    Tap,
    TapValue,
    Text,
)
from procedures.fields.base import Line, Option, Way
from procedures.fields.items import ItemsField, item_lines
from procedures.fields.texts import SKIP
from procedures.fillings import KEPT
from procedures.forms import LIFETIME
from procedures.personal_data import KEPT as DATUM_KEPT
from procedures.said import Command
from procedures.steps import (
    Ask,
    Between,
    ChooseEdit,
    ChooseKept,
    Completed,
    Confirm,
    Drafted,
    Dropped,
    OfferKnown,
    Paused,
    Step,
    Stopped,
    ToPerson,
)
from procedures.taps import AnswerField, ConfirmFilling, EditField, GiveCommand, KeepAnswer, StartProcedure, UseKnown
from procedures.typed_words import KEEP
from procedures.wording import Wording

MOST_QUICK_REPLIES = 13
COMMANDS = (Command.BACK, Command.EDIT, Command.LATER, Command.STOP, Command.STAFF)
ROOM = MOST_QUICK_REPLIES - len(COMMANDS)
"""Choices that find room beside the commands; more become a list."""
FORM_PLACE = "form:"
"""Stands for the address of the one-time page until whoever writes the step down has made it."""
ALSO_FILLED = "procedure.also_filled"
NOT_UNDERSTOOD = "procedure.not_understood"
EMERGENCY_NUMBERS = ("110", "118", "119")


def rendered(step: Step, wording: Wording, *, form_url: str = "") -> Reply:
    """`form_url` is the one-time page, where the step asks for it. Nothing is said for Completed (see `receipt`), Drafted and ToPerson."""
    match step:
        case Ask():
            return _ask(step, wording, form_url)
        case OfferKnown():
            return _offer(step, wording)
        case Confirm():
            return _confirm(step, wording)
        case ChooseEdit():
            return _choose_edit(step, wording)
        case ChooseKept():
            return _choose_kept(step, wording)
        case Stopped(notice=Line() as notice):
            return _reply(wording, Text(text=wording.line(notice)), ())
        case Stopped():
            return _reply(wording, _stop(wording, step.field, step.stop), ())
        case ToPerson(field=field, stop=stop) if field:
            return _reply(wording, _stop(wording, field, stop), ())
        case Between(then=then):
            return rendered(then, wording, form_url=form_url)
        case Paused(state=state, notice=notice):
            resume = _command(wording, state.uid, Command.RESUME)
            kept = Text(text=wording.say("procedure.paused", days=KEPT.days))
            return _reply(wording, (*said_notes((notice,) if notice else (), wording), kept), (resume,))
        case Dropped():
            return _reply(wording, Text(text=wording.say("procedure.dropped")), ())
        case Completed() | Drafted() | ToPerson():
            return Reply(messages=(), language=wording.language)


def start_choice(wording: Wording, procedure_id: str) -> Choice:
    """The button under an answer that begins the procedure."""
    label = wording.start_label()
    return Choice(label=label, action=Tap(value=StartProcedure(procedure=procedure_id), shown=label))


def receipt(wording: Wording, number: str, deadline: date | None) -> Reply:
    """What is said once it was submitted, with what must be done to each thing before it is put out."""
    gaps: dict[str, object] = {"number": number, "deadline": deadline or ""}
    said = next(wording.thanks(), "thanks")
    card = Card(alt=f"{wording.text('title')} {number}", title=number, rows=tuple(_preparations(wording)))
    messages: tuple[Message, ...] = (Text(text=wording.text(said, **gaps)),)
    return Reply(messages=(*messages, card) if card.rows else messages, language=wording.language)


def _preparations(wording: Wording) -> Iterator[Row]:
    for field in wording.definition.fields:
        if isinstance(field, ItemsField):
            notes = {item.code: item.note for item in wording.locality.waste.items}
            for one in item_lines(wording.answer(field.name)):
                if notes.get(one.code):
                    yield Row(label=one.name, text=notes[one.code])


def _ask(step: Ask, wording: Wording, form_url: str) -> Reply:
    before = [wording.line(note) for note in _merged(step.notes, wording)]
    is_said_below = step.offers_person and step.problem is not None and step.problem.key == NOT_UNDERSTOOD
    if step.problem is not None and not step.is_part and not is_said_below:
        before.append(wording.line(step.problem))
    if step.reason:
        before.append(wording.say("procedure.returned", reason=wording.reason(step.reason)))
    if step.offers_person:
        before.append(wording.say("procedure.three_failures"))
    progress = wording.say("procedure.progress", number=step.number, total=step.total)
    messages = [Text(text="\n".join(before))] if before else []
    messages.append(Text(text=f"{progress}{_question(step, wording)}"))
    if step.by_form:
        said = wording.say("procedure.open_form", label=_label(wording, step.field), minutes=LIFETIME.seconds // 60)
        label = wording.say("procedure.choice.open_form")
        opening = (Choice(label=label, action=OpenLink(url=form_url), is_primary=True),) if form_url else ()
        card = Card(alt=said, title=_label(wording, step.field), text=said, choices=opening)
        return _reply(wording, (*messages, card), _commands(wording, step.state.uid))
    uid = step.state.uid
    own = [_option(wording, uid, step.field, option) for option in step.options]
    is_wanted = step.problem is not None and step.problem.key.startswith("checks.")
    if wording.definition.by_name[step.field].optional and not step.is_more and not is_wanted:
        own.append(_answer(uid, step.field, SKIP, wording.say("procedure.choice.skip")))
    if step.is_again:
        own.append(_answer(uid, step.field, KEEP, wording.say("procedure.choice.keep")))
    own += [_option(wording, uid, step.following, option) for option in step.following_options]
    if step.following and not step.is_more and wording.definition.by_name[step.following].optional:
        own.append(_answer(uid, step.following, SKIP, wording.say("procedure.choice.skip")))
    commands = _commands(wording, step.state.uid)
    if len(own) <= ROOM:
        return _reply(wording, tuple(messages), (*own, *commands))
    name = step.following or step.field
    card = Card(alt=wording.text(f"fields.{name}.ask"), title=_label(wording, name), choices=tuple(own), is_list=True)
    return _reply(wording, (*messages, card), commands)


def _question(step: Ask, wording: Wording) -> str:
    if step.problem is not None and step.is_part:
        return wording.line(step.problem)
    field = wording.definition.by_name[step.field]
    linking = "procedure.or_next" if step.is_more else "procedure.if_none_next"
    following = [wording.say(linking), wording.text(f"fields.{step.following}.ask")] if step.following else []
    if step.is_more:
        return "\n".join([wording.say("procedure.more", value=wording.shown(field, wording.answer(step.field))), *following])
    lines = [wording.text(f"fields.{step.field}.ask"), *following]
    if step.is_again:
        lines.append(wording.say("procedure.is_now", value=wording.shown(field, wording.answer(step.field))))
    elif field.example:
        lines.append(wording.say("procedure.example", example=wording.text(f"fields.{step.field}.example")))
    return "\n".join(lines)


def _offer(step: OfferKnown, wording: Wording) -> Reply:
    rows = tuple(
        Row(label=_label(wording, name), text=wording.shown(wording.definition.by_name[name], value)) for name, value in step.values.items()
    )
    said = wording.say("procedure.offer_known")
    card = Card(alt=said, title=said, rows=rows)
    uid = step.state.uid
    use, each = wording.say("procedure.choice.use_known"), wording.say("procedure.choice.ask_each")
    own = (_tap(use, UseKnown(filling=uid, accepted=True)), _tap(each, UseKnown(filling=uid, accepted=False)))
    return _reply(wording, (*said_notes(step.notes, wording), card), (*own, *_commands(wording, uid)))


def _confirm(step: Confirm, wording: Wording) -> Reply:
    uid = step.state.uid
    confirm = wording.say("procedure.choice.draft") if step.is_draft else wording.send_label()
    own = [_tap(confirm, ConfirmFilling(filling=uid, fingerprint=step.fingerprint), is_primary=True)]
    if step.may_keep and not _chosen(step):
        own.append(_tap(wording.keep_label(), ConfirmFilling(filling=uid, fingerprint=step.fingerprint, keeps=True)))
    if step.may_keep:
        own.append(_tap(wording.say("procedure.choice.choose_kept"), KeepAnswer(filling=uid)))
    title = wording.say("procedure.confirm_title", title=wording.text("title"))
    before = "" if step.state.application_id is not None else wording.text("confirm")
    card = Card(
        alt=title,
        title=title,
        text=wording.say("procedure.draft.why") if step.is_draft else before or None,
        rows=(*(Row(label=shown.label, text=shown.text) for shown in wording.summary()), *_keeping(step, wording)),
        choices=tuple(own),
    )
    return _reply(wording, (*said_notes(step.notes, wording), card), _commands(wording, uid))


def _chosen(step: Confirm) -> tuple[str, ...]:
    return tuple(name for name in step.may_keep if name in step.state.keeping)


def _keeping(step: Confirm, wording: Wording) -> tuple[Row, ...]:
    """What is consented to: each answer with its purpose, and until when; what was chosen, or else what the second button says."""
    names = _chosen(step) or step.may_keep
    if not names:
        return ()
    kept = [
        wording.say("procedure.keep_for", label=_label(wording, name), purpose=wording.text(f"fields.{name}.purpose")) for name in names
    ]
    if _chosen(step):
        label, said = wording.say("procedure.keep_title"), "procedure.keep_chosen"
    else:
        label, said = wording.keep_label(), "procedure.keep_offer"
    return (Row(label=label, text=wording.say(said, fields=kept, day=_kept_until(wording))),)


def _choose_kept(step: ChooseKept, wording: Wording) -> Reply:
    """Each with its purpose, and whether it is kept; a tap changes that."""
    uid, chosen = step.state.uid, step.state.keeping
    rows = [
        Row(
            label=_label(wording, name),
            text=wording.say(
                "procedure.to_be_kept" if name in chosen else "procedure.not_to_be_kept", purpose=wording.text(f"fields.{name}.purpose")
            ),
        )
        for name in step.fields
    ]
    taps = [
        _tap(
            wording.say("procedure.leave_this_out" if name in chosen else "procedure.keep_this", label=_label(wording, name)),
            KeepAnswer(filling=uid, field=name, keeps=name not in chosen),
        )
        for name in step.fields
    ]
    said = wording.say("procedure.which_to_keep", day=_kept_until(wording))
    done = _tap(wording.say("procedure.choice.kept_chosen"), GiveCommand(filling=uid, command=Command.RESUME.value))
    card = Card(alt=said, title=wording.say("procedure.keep_title"), text=said, rows=tuple(rows), choices=tuple(taps), is_list=True)
    return _reply(wording, card, (done, *_commands(wording, uid)[2:]))


def _kept_until(wording: Wording) -> date:
    return in_japan(wording.progress.now + DATUM_KEPT).date()


def _choose_edit(step: ChooseEdit, wording: Wording) -> Reply:
    rows = tuple(_tap(_label(wording, name), EditField(filling=step.state.uid, field=name)) for name in step.fields)
    title = wording.say("procedure.which_to_edit")
    card = Card(alt=title, title=title, choices=rows, is_list=True)
    return _reply(wording, card, (_command(wording, step.state.uid, Command.RESUME), *_commands(wording, step.state.uid)[2:]))


def _stop(wording: Wording, field: str, number: int) -> Card:
    stop = wording.definition.by_name[field].stops[number]
    place = f"fields.{field}.stops.{number}"
    numbers = [(wording.text(f"{place}.calls.{at}.label"), wording.text(f"{place}.calls.{at}.number")) for at in range(len(stop.calls))]
    calls = [Choice(label=label, action=Call(phone=number)) for label, number in numbers]
    # Who reads this on a computer, or to somebody else, needs the numbers too.
    rows = tuple(Row(label=label, text=number) for label, number in numbers if number not in label)
    links = [Choice(label=wording.say("choice.source"), action=OpenLink(url=wording.text(f"{place}.link")))] if stop.link else []
    said = wording.text(f"{place}.say")
    is_urgent = any(call.number in EMERGENCY_NUMBERS for call in stop.calls)
    return Card(
        alt=said, title=wording.text("title"), text=said, rows=rows, choices=(*calls, *links), tone="alert" if is_urgent else "plain"
    )


def _option(wording: Wording, uid: str, field: str, option: Option) -> Choice:
    label = wording.label(option.label)
    action: Action
    match option.way:
        case Way.TAP:
            return _answer(uid, field, option.value, label)
        case Way.PICK_DAY:
            value = AnswerField(filling=uid, field=field, value="")
            action = PickMoment(value=value, earliest=_moment(option.earliest), latest=_moment(option.latest))
        case Way.SEND_PLACE:
            action = SendLocation()
        case Way.TAKE_PHOTO | Way.OPEN_FORM:
            action = TakePhoto()
    return Choice(label=label, action=action)


def _answer(uid: str, field: str, value: str, label: str) -> Choice:
    return _tap(label, AnswerField(filling=uid, field=field, value=value))


def _commands(wording: Wording, uid: str) -> tuple[Choice, ...]:
    return tuple(_command(wording, uid, command) for command in COMMANDS)


def _command(wording: Wording, uid: str, command: Command) -> Choice:
    return _tap(wording.say(f"procedure.choice.{command.value}"), GiveCommand(filling=uid, command=command.value))


def _tap(label: str, value: TapValue, *, is_primary: bool = False) -> Choice:
    return Choice(label=label, action=Tap(value=value, shown=label), is_primary=is_primary)


def _label(wording: Wording, field: str) -> str:
    return wording.text(f"fields.{field}.label")


def said_notes(notes: tuple[Line, ...], wording: Wording) -> tuple[Text, ...]:
    text = "\n".join(wording.line(note) for note in _merged(notes, wording))
    return (Text(text=text),) if text else ()


def _merged(notes: tuple[Line, ...], wording: Wording) -> Iterator[Line]:
    """What was filled in along with an answer is told in one sentence; nobody who mourns is told that the death was."""
    also = [note for note in notes if note.key == ALSO_FILLED]
    mourned = f"fields.{wording.definition.mournful.field}.label" if wording.definition.mournful and is_mournful(wording) else ""
    labels = {label.key: label for note in also for label in _labels(note) if label.key != mourned}
    for note in notes:
        if note.key != ALSO_FILLED:
            yield note
        elif note is also[0] and labels:
            yield Line(key=ALSO_FILLED, gaps={"labels": list(labels.values())})


def is_mournful(wording: Wording) -> bool:
    """Whether it is about a loss."""
    mournful = wording.definition.mournful
    return mournful is not None and mournful.holds(wording.progress.known)


def _labels(note: Line) -> tuple[Line, ...]:
    labels = note.gaps["labels"]
    assert isinstance(labels, list)
    return tuple(labels)


def _moment(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), JAPAN) if day is not None else None


def _reply(wording: Wording, said: Message | tuple[Message, ...], choices: tuple[Choice, ...]) -> Reply:
    messages = said if isinstance(said, tuple) else (said,)
    return Reply(messages=messages, choices=choices, language=wording.language)
