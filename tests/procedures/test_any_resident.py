"""Whatever residents do, in whatever order: nothing crashes, nobody gets stuck, nothing is accepted that the definition forbids."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from core.clock import JAPAN
from core.individual_number import has_right_check_digit, mask_individual_numbers
from procedures.facts import Facts
from procedures.fields.computed import ComputedField
from procedures.filling import begin
from procedures.progress import Progress
from procedures.said import (
    Chose,
    ChoseToEdit,
    Command,
    Confirmed,
    FilledForm,
    Gave,
    Picked,
    Placed,
    Said,
    SentFile,
    SentPhoto,
    UsedKnown,
    Words,
)
from procedures.state import dump_filling
from procedures.steps import Ask, Between, ChooseEdit, Completed, Confirm, Dropped, OfferKnown, Paused, Stopped, ToPerson
from tests.procedures.talk import PROCEDURES, Talk, sample_facts

INDIVIDUAL_NUMBER = next(f"12345678901{digit}" for digit in range(10) if has_right_check_digit(f"12345678901{digit}"))
WORDS = (
    "はい", "いいえ", "家庭", "会社", "なし", "以上", "わからない", "1", "2番", "やっぱり3個", "布団はやめる", "🐶", "", " ", "　", "。",
    "あ" * 300, "布団2枚", "ソファ", "ソファと布団2枚と本棚", "冷蔵庫", "畳5枚", "高さ120cmの本棚", "布団99枚", "机を1つ",
    "30センチの扇風機", "布団0枚", "港町3-2-1", "緑が丘", "浜町9丁目1番", "東京都港区1-2-3", "〒000-0012", "東台4丁目2-1 汐見ハイツ201",
    "2-5-3", "12月8日", "来週の火曜", "2月30日", "きのう", "令和8年4月1日", "R8.4.1", "99999999", "3日後",
    "田中 太郎 タナカ タロウ", "佐藤花子", "さとうはなこ", "John Smith", "ジョン スミス", "髙橋 𠮷男 タカハシ ヨシオ",
    "090-1234-5678", "０９０１２３４５６７８", "123", "手数料はいくら？", "いつまでに出せばいいですか", "玄関前", "アパート", "そのほか",
    "道路", "公園", "穴", "ブランコ", "汐見中央公園の前", "LINEで受け取る", "匿名", "直径30cmの穴", "亡くなりました", "引っ越した",
    "登録していない", "登録している", "コロ", "郵送", "修正", "戻る", "続きから", "この内容で申し込む", "通れない", "大丈夫",
    "\u0000\u202e\u200b", "<script>", "{number}{{ fee }}", f"番号は{INDIVIDUAL_NUMBER}です", INDIVIDUAL_NUMBER,
)  # fmt: skip
VALUES = (
    "yes",
    "no",
    "done",
    "skip",
    "keep",
    "W037",
    "W001",
    "W137",
    "0",
    "1",
    "2026-12-08",
    "港町",
    "entrance",
    "other",
    "died",
    "road",
    "",
    "x" * 50,
)
MOMENTS = tuple(
    datetime(*parts, tzinfo=JAPAN)
    for parts in (
        (2026, 11, 29, 10, 0),
        (2026, 12, 5, 23, 59),
        (2026, 12, 31, 23, 59),
        (2027, 1, 1, 0, 0),
        (2027, 3, 31, 23, 59),
        (2028, 2, 29, 12, 0),
    )
)
VALID = {
    "oversized_waste": {
        "is_household": ("家庭",), "items": ("布団2枚", "いす"), "address": ("港町3-2-1", "緑が丘2丁目5番3号"),
        "place": ("玄関前", "アパート", "そのほか"),
        "building": ("汐見ハイツ201",), "place_note": ("裏の門の前",), "name": ("田中 太郎 タナカ タロウ",), "phone": ("090-1234-5678",),
        "has_old_stickers": ("はい", "いいえ"),
    },
    "road_damage": {
        "danger": ("ありません",), "category": ("道路", "公園", "河川"), "kind": ("そのほか",), "photos": ("なし",),
        "place": ("汐見中央公園の前",),
        "forward": ("伝えてよい",), "same": ("別のもの",), "text": ("直径30cmくらいの穴",), "notify": ("匿名で送る", "LINEで受け取る"),
        "consent_publish": ("同意する",),
    },
    "dog_registration": {
        "event": ("亡くなった", "市内で引っ越した", "飼い主が変わった", "市外から来た"), "microchip": ("登録していない",),
        "event_date": ("きのう",),
        "dog_name": ("コロ",), "tag_number": ("第12号", "なし"), "breed": ("柴犬",), "colour": ("茶",), "sex": ("オス",), "born": ("なし",),
        "tag_return": ("郵送で返す",), "former_owner": ("鈴木一郎",), "former_place": ("隣町",), "name": ("田中 太郎 タナカ タロウ",),
        "address": ("港町3-2-1",), "phone": ("090-1234-5678",),
    },
}  # fmt: skip
KNOWN = {
    "name": {"name": "田中 太郎", "kana": "タナカ タロウ"},
    "address": {"town": "港町", "rest": "3-2-1"},
    "phone": {"number": "090-1234-5678", "hours": ""},
}
ENDS = (Completed, Stopped, Dropped, ToPerson)


def anything(talk: Talk) -> st.SearchStrategy[Said]:
    names = st.sampled_from([field.name for field in talk.definition.fields] + ["unknown"])
    asked = [option.value for option in talk.step.options] if isinstance(talk.step, Ask) else []
    values = st.sampled_from([*VALUES, *asked])
    here = talk.step.field if isinstance(talk.step, Ask) else "unknown"
    degrees = st.sampled_from([34.948, 139.305, 0.0, 35.68, 139.76, 34.9446, 139.3, float("nan"), float("inf"), -200.0])
    photo = st.builds(
        SentPhoto,
        media=st.integers(0, 9),
        mime=st.sampled_from(["image/jpeg", "image/png", "image/gif"]),
        size=st.sampled_from([10, 20_000_000]),
        taken_at=st.sampled_from([None, (34.948, 139.305), (0.0, 0.0)]),
    )
    fingerprint = talk.step.fingerprint if isinstance(talk.step, Confirm) else "other"
    return st.one_of(
        st.sampled_from(WORDS).map(lambda text: Words(text=text)),
        st.sampled_from([word for words in VALID[talk.definition.id].values() for word in words]).map(lambda text: Words(text=text)),
        values.map(lambda value: Chose(field=here, value=value)),
        st.builds(Chose, field=names, value=values),
        st.builds(Picked, field=st.just(here), day=st.sampled_from(["2026-12-08", "2027-02-29", "", "1900-01-01", "9999-12-31"])),
        st.builds(Placed, latitude=degrees, longitude=degrees),
        photo,
        st.just(SentFile(media=1, name="a.pdf", mime="application/pdf", size=10)),
        st.builds(FilledForm, field=names, value=st.sampled_from([None, {}, {"bank": "1"}, 3, "x"])),
        st.sampled_from([Command.BACK, Command.EDIT, Command.LATER, Command.RESUME]).map(lambda command: Gave(command=command)),
        names.map(lambda name: ChoseToEdit(field=name)),
        st.builds(UsedKnown, accepted=st.booleans()),
        st.sampled_from(["other", fingerprint]).map(lambda print_: Confirmed(fingerprint=print_)),
    )


def require_lawful(talk: Talk) -> None:
    """What was submitted is complete, and each answer is one that the definition allows, judged anew."""
    progress = Progress(definition=talk.definition, state=talk.step.state, facts=talk.facts, now=talk.now)
    for field in talk.definition.fields:
        value = talk.answers.get(field.name)
        if isinstance(field, ComputedField):
            continue
        if not progress.applies(field):
            assert value is None, f"{field.name} does not apply"
            continue
        if value is None:
            is_left_out = field.optional and field.name in talk.step.state.skipped
            assert is_left_out or progress.is_quiet(field), f"{field.name} is missing"
            continue
        assert progress.problem_with(field, value) is None, field.name
        assert not [stop for stop in field.stops if stop.when.holds(progress.known)], field.name
    assert not [check for check in talk.definition.checks if not check.warns and check.is_broken(progress.known)]
    assert progress.computed().state.answers == talk.answers


def require_sound(talk: Talk) -> None:
    """At every step: no individual number is kept, progress is possible, and what is said can be said."""
    stored = dump_filling(talk.step.state).decode()
    assert not mask_individual_numbers(stored)[1]
    assert INDIVIDUAL_NUMBER not in stored
    wording = talk.wording()
    for note in getattr(talk.step, "notes", ()):
        assert wording.line(note)
    if isinstance(talk.step, Ask):
        assert 1 <= talk.step.number <= talk.step.total
        assert wording.text(f"fields.{talk.step.field}.ask")
        assert talk.step.problem is None or wording.line(talk.step.problem)
        assert all(wording.label(option.label) for option in talk.step.options)
    assert all(shown.text for shown in wording.summary())


def finish(talk: Talk, draw: st.DrawFn) -> None:
    """A resident who answers properly from here on comes to the end."""
    valid = VALID[talk.definition.id]
    for _ in range(60):
        match talk.step:
            case Ask(field="date"):
                talk.tap(next(option.value for option in talk.step.options if option.value))
            case Ask(is_more=True):
                talk.tap("done")
            case Ask(field="photos"):
                talk.tap("no" if talk.step.state.scratch else "skip")
            case Ask(field="items") if talk.step.state.scratch:
                talk.tap(talk.step.options[0].value)
            case Ask(field=name):
                talk.say(draw(st.sampled_from(valid[name])))
            case OfferKnown():
                talk.use_known(draw(st.booleans()))
            case Confirm():
                talk.confirm()
            case ChooseEdit() | Between() | Paused():
                talk.command(Command.RESUME)
            case _:
                return
        require_sound(talk)
    raise AssertionError(f"stuck: {talk.step}")


@st.composite
def talks(draw: st.DrawFn, procedure: str) -> Talk:
    known = {kind: KNOWN[kind] for kind in draw(st.sets(st.sampled_from(sorted(KNOWN))))}
    facts: Facts = replace(sample_facts(), known=known)
    talk = Talk(procedure, draw(st.sampled_from(("", *WORDS))), now=draw(st.sampled_from(MOMENTS)), facts=facts)
    for _ in range(draw(st.integers(0, 25))):
        require_sound(talk)
        if isinstance(talk.step, ENDS):
            break
        talk.do(draw(anything(talk)))
        talk.now += timedelta(minutes=draw(st.sampled_from([0, 0, 0, 1, 60 * 24])))
    require_sound(talk)
    finish(talk, draw)
    return talk


@pytest.mark.parametrize("procedure", sorted(PROCEDURES.definitions))
@given(data=st.data())
def test_nobody_gets_stuck_and_nothing_forbidden_is_accepted(procedure: str, data: st.DataObject) -> None:
    talk = data.draw(talks(procedure))
    assert isinstance(talk.step, ENDS)
    event(type(talk.step).__name__)
    if isinstance(talk.step, Completed):
        require_lawful(talk)


@pytest.mark.parametrize("procedure", sorted(PROCEDURES.definitions))
@given(words=st.text(max_size=80))
def test_any_words_can_begin_and_answer(procedure: str, words: str) -> None:
    talk = Talk(procedure, words)
    for _ in range(3):
        require_sound(talk)
        if isinstance(talk.step, ENDS):
            return
        talk.say(words)
    require_sound(talk)


def test_beginning_needs_no_words() -> None:
    for name, definition in PROCEDURES.definitions.items():
        assert isinstance(begin(definition, "d", "u", now=MOMENTS[0], facts=sample_facts()), Ask), name
