"""Which way each utterance goes, in each state and in groups."""

import pytest

from bot.handlers import HANDLERS
from bot.incoming import (
    Content,
    Followed,
    JoinedGroup,
    LeftGroup,
    MediaKind,
    Said,
    SentLocation,
    SentMedia,
    SentSticker,
    Tapped,
    Unfollowed,
    Unknown,
    Unsent,
)
from bot.models import ConversationKind
from bot.routing import Route, goes_on_with_bot, route
from bot.states import (
    AskedAboutMedia,
    AskedForComment,
    AskedForPhone,
    AskedForTime,
    AskedWhatIsLeft,
    EndedUnanswered,
    FillingProcedure,
    Idle,
    LeavingMessage,
    State,
    WaitingForStaff,
)
from bot.taps import AskEntry, GoOnWithBot, ShowMenu
from procedures.loading import load_procedures
from procedures.state import Filling
from tests.bot.turns import ANSWERED, bubble, turn_of

PHONE = AskedForPhone(topic="住民票")
TIME = AskedForTime(phone="090-1234-5678")
PHOTO = SentMedia(kind=MediaKind.IMAGE)

IDLE = [
    ("死にたい", Route.CRISIS),
    ("助けて", Route.CRISIS),
    ("火事です！", Route.CRISIS),
    ("I want to die", Route.CRISIS),
    ("担当者と話したい", Route.STAFF),
    ("職員", Route.STAFF),
    ("電話してください", Route.STAFF),
    ("I want to talk to a person", Route.STAFF),
    ("やめる", Route.CANCEL),
    ("メニュー", Route.MENU),
    ("目次。", Route.MENU),
    ("English", Route.LANGUAGE),
    ("中国語", Route.LANGUAGE),
    ("Tiếng Việt", Route.LANGUAGE),
    ("こんにちは", Route.GREETING),
    ("ありがとうございました！", Route.THANKS),
    ("thank you", Route.THANKS),
    ("あなたは誰ですか", Route.SMALL_TALK),
    ("何ができますか", Route.SMALL_TALK),
    ("眠い", Route.SMALL_TALK),
    ("ばか", Route.SMALL_TALK),
    ("違う", Route.SMALL_TALK),
    ("粗大ごみを出したい", Route.ANSWER),
    ("住民票", Route.ANSWER),
    ("自殺対策の相談窓口", Route.ANSWER),
    ("犬が死んだ", Route.ANSWER),
    ("図書館はどこ", Route.FACILITY),
    ("近くの小学校", Route.FACILITY),
    ("図書館", Route.ANSWER),
    ("傘って何ゴミ", Route.WASTE_ITEM),
    ("布団", Route.WASTE_ITEM),
    ("浜町の燃えるごみは何曜日", Route.COLLECTION_DAYS),
    ("自転車の駐輪場", Route.ANSWER),
    ("助けてくれる相談の登録を教えて", Route.ANSWER),
    ("印鑑登録をやめるにはどうすればよいですか", Route.ANSWER),
    ("英語で話せる職員はいますか", Route.ANSWER),
    ("犬じゃなくて猫", Route.ANSWER),
    ("How do I get a residence certificate?", Route.ANSWER),
    ("123456789018", Route.ANSWER),
    ("", Route.MENU),
    (Followed(), Route.FOLLOW),
    (Followed(is_unblocked=True), Route.FOLLOW),
    (Unfollowed(), Route.UNFOLLOW),
    (Unsent(message_id="1"), Route.UNSEND),
    (Tapped(value=ShowMenu()), Route.TAP),
    (Tapped(value=None), Route.TAP),
    (SentLocation(latitude=34.9, longitude=139.3), Route.LOCATION),
    (PHOTO, Route.MEDIA),
    (SentMedia(kind=MediaKind.AUDIO), Route.MEDIA),
    (SentSticker(keywords=("no such word",)), Route.STICKER),
    (SentSticker(keywords=(), text="粗大ごみ"), Route.ANSWER),
    (JoinedGroup(), Route.SILENT),
    (LeftGroup(), Route.SILENT),
    (Unknown(kind="beacon"), Route.SILENT),
]


@pytest.mark.parametrize(("said", "expected"), IDLE)
def test_route_of_what_opens_a_talk(said: Content | str, expected: Route) -> None:
    assert route(turn_of(said)) is expected


@pytest.mark.parametrize(
    ("state", "said", "expected"),
    [
        (ANSWERED, "違う", Route.FEEDBACK),
        (ANSWERED, "役に立った", Route.FEEDBACK),
        (ANSWERED, "違う、犬じゃなくて猫", Route.CORRECTION),
        (ANSWERED, "犬じゃなくて猫", Route.CORRECTION),
        (ANSWERED, "犬の登録料", Route.ANSWER),
        (ANSWERED, "ありがとう", Route.THANKS),
        (ANSWERED, "死にたい", Route.CRISIS),
        (PHONE, "090-1234-5678", Route.CALLBACK),
        (PHONE, "粗大ごみを出したい", Route.CALLBACK),
        (PHONE, "メニュー", Route.MENU),
        (PHONE, "やめる", Route.CANCEL),
        (PHONE, "やっぱりやめます", Route.CANCEL),
        (PHONE, "もういいです", Route.CANCEL),
        (PHONE, "電話はいりません", Route.CANCEL),
        (PHONE, "戻る", Route.CANCEL),
        (PHONE, "職員と話したい", Route.STAFF),
        (PHONE, "助けて", Route.CRISIS),
        (PHONE, Tapped(value=AskEntry(entry="x")), Route.TAP),
        (PHONE, PHOTO, Route.MEDIA),
        (TIME, "午前", Route.CALLBACK),
        (TIME, "キャンセル", Route.CANCEL),
        (TIME, "来週の火曜ならいつでも", Route.CALLBACK),
        (AskedAboutMedia(), "粗大ごみ", Route.ANSWER),
        (AskedAboutMedia(), "やめる", Route.CANCEL),
        (Idle(), "やめます。", Route.CANCEL),
    ],
)
def test_route_in_the_middle_of_something(state: State, said: Content | str, expected: Route) -> None:
    assert route(turn_of(said, state=state)) is expected


GROUP = [
    ("粗大ごみを出したい", Route.SILENT),
    ("死にたい", Route.SILENT),
    (Said(text="粗大ごみを出したい", mentions_us=True), Route.ANSWER),
    (Said(text="死にたい", mentions_us=True), Route.CRISIS),
    (Said(text="佐藤さんの電話番号", mentions_us=True), Route.PRIVATE_MATTER),
    (Said(text="私の税金はいくら", mentions_us=True), Route.PRIVATE_MATTER),
    (Said(text="123456789018", mentions_us=True), Route.PRIVATE_MATTER),
    (Said(text="", mentions_us=True), Route.JOIN_GROUP),
    (Said(text="メニュー", mentions_us=True), Route.MENU),
    (Tapped(value=ShowMenu()), Route.TAP),
    (JoinedGroup(), Route.JOIN_GROUP),
    (LeftGroup(), Route.SILENT),
    (Unsent(message_id="1"), Route.UNSEND),
    (PHOTO, Route.SILENT),
    (SentSticker(keywords=("ありがとう",)), Route.SILENT),
    (SentLocation(latitude=34.9, longitude=139.3), Route.SILENT),
    (Unknown(kind="memberJoined"), Route.SILENT),
]


@pytest.mark.parametrize("kind", [ConversationKind.GROUP, ConversationKind.ROOM])
@pytest.mark.parametrize(("said", "expected"), GROUP)
def test_in_a_group_only_what_is_meant_for_us_is_answered(kind: ConversationKind, said: Content | str, expected: Route) -> None:
    assert route(turn_of(said, kind=kind)) is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("粗大ごみを出したい", Route.SILENT),
        ("死にたい", Route.SILENT),
        (Tapped(value=ShowMenu()), Route.SILENT),
        (Unsent(message_id="1"), Route.UNSEND),
        (Unfollowed(), Route.UNFOLLOW),
    ],
)
def test_where_the_channel_forbids_an_answer_only_what_needs_none_is_done(said: Content | str, expected: Route) -> None:
    assert route(turn_of(bubble(said, may_answer=False))) is expected
    assert route(turn_of(bubble(said))) is not Route.SILENT


def test_words_beside_a_photo_decide() -> None:
    assert route(turn_of(PHOTO, "これは何ごみですか")) is Route.ANSWER
    assert route(turn_of("これは何ごみですか", PHOTO)) is Route.ANSWER
    assert route(turn_of(PHOTO, PHOTO)) is Route.MEDIA


WAITING = [
    ("早くしてください", Route.WAITING),
    ("粗大ごみを出したい", Route.WAITING),
    ("ありがとう", Route.WAITING),
    (PHOTO, Route.WAITING),
    (SentLocation(latitude=34.9, longitude=139.3), Route.WAITING),
    ("もう死にたい", Route.CRISIS),
    ("職員はまだですか、担当者と話したい", Route.STAFF),
    ("メニュー", Route.MENU),
    ("English", Route.LANGUAGE),
    ("ボットで続ける", Route.GO_ON),
    ("やめる", Route.WITHDRAW),
    (Tapped(value=ShowMenu()), Route.TAP),
    (Unsent(message_id="1"), Route.UNSEND),
]


@pytest.mark.parametrize(("said", "expected"), WAITING)
def test_somebody_in_the_queue_speaks_to_the_case_unless_they_turn_to_the_bot(said: Content | str, expected: Route) -> None:
    assert route(turn_of(said, state=WaitingForStaff())) is expected


@pytest.mark.parametrize("state", [Idle(), WaitingForStaff(), PHONE, LeavingMessage()])
@pytest.mark.parametrize(
    "said", [*(said for said, expected in IDLE if expected is not Route.CRISIS), PHOTO, Followed(), Tapped(value=None)]
)
def test_nothing_but_danger_is_heard_by_the_bot_while_a_person_holds_the_talk(state: State, said: Content | str) -> None:
    assert route(turn_of(said, state=state, owner="staff:1")) is Route.RELAY
    assert route(turn_of("もう死にたい", state=state, owner="staff:1")) is Route.CRISIS


def test_words_after_a_case_that_closed_by_itself_are_the_answer_to_it() -> None:
    state = EndedUnanswered(case_id=1)
    assert route(turn_of("はい、まだ困っています", state=state)) is Route.REOPEN
    assert route(turn_of("ありがとう", state=state)) is Route.THANKS
    assert route(turn_of("メニュー", state=state)) is Route.MENU


def test_words_after_a_score_are_the_reason() -> None:
    state = AskedForComment(case_id=1, score=2)
    assert route(turn_of("説明が分かりにくかった", state=state)) is Route.COMMENT
    assert route(turn_of("ありがとう", state=state)) is Route.THANKS


@pytest.mark.parametrize(
    ("said", "state", "expected"),
    [
        (Tapped(value=ShowMenu()), WaitingForStaff(), True),
        (Tapped(value=GoOnWithBot()), WaitingForStaff(), False),
        ("メニュー", WaitingForStaff(), True),
        ("English", WaitingForStaff(), False),
        ("早くしてください", WaitingForStaff(), False),
        ("ありがとう", AskedForComment(case_id=1, score=2), True),
        (Tapped(value=ShowMenu()), Idle(), False),
    ],
)
def test_a_button_that_has_nothing_to_do_with_waiting_turns_to_the_bot(said: Content | str, state: State, *, expected: bool) -> None:
    turn = turn_of(said, state=state)
    assert goes_on_with_bot(turn, route(turn)) is expected


OWN = [
    ("わたしのデータ", Route.MY_DATA),
    ("my data", Route.MY_DATA),
    ("Y223-3ES8", Route.LINK_CODE),
    ("データの持ち出し", Route.ANSWER),
]


@pytest.mark.parametrize(("said", "expected"), OWN)
def test_own_data_and_codes_of_the_counter_are_told_from_questions(said: str, expected: Route) -> None:
    assert route(turn_of(said, procedures=load_procedures("shiomi"))) is expected


IN_PROCEDURE = [
    ("家庭です", Route.PROCEDURE),
    ("ありがとう", Route.PROCEDURE),
    ("手数料はいくらですか？", Route.PROCEDURE),
    ("やめる", Route.PROCEDURE),
    ("粗大ごみを申し込みたい", Route.START),
    ("布団2枚を粗大ごみに申し込みたい", Route.PROCEDURE),
    (PHOTO, Route.PROCEDURE),
    (SentLocation(latitude=34.9, longitude=139.3), Route.PROCEDURE),
    ("道路の穴を通報したい", Route.START),
    ("JU-2026-000123-K", Route.STATUS),
    ("申込みの状況", Route.STATUS),
    ("090-1234-5678", Route.PROCEDURE),
    ("担当者と話したい", Route.STAFF),
    ("もう死にたい", Route.CRISIS),
    ("メニュー", Route.MENU),
    (Tapped(value=ShowMenu()), Route.TAP),
    (Unsent(message_id="1"), Route.UNSEND),
]


@pytest.mark.parametrize(("said", "expected"), IN_PROCEDURE)
def test_in_a_procedure_words_photos_and_places_are_answers(said: Content | str, expected: Route) -> None:
    filling = Filling(uid="a", procedure_id="oversized_waste", digest="b")
    assert route(turn_of(said, state=FillingProcedure(uid="a"), filling=filling, procedures=load_procedures("shiomi"))) is expected


def test_words_after_not_done_say_what_is_left() -> None:
    state = AskedWhatIsLeft(application_id=1)
    assert route(turn_of("まだ穴があいています", state=state)) is Route.WHAT_IS_LEFT
    assert route(turn_of("ありがとう", state=state)) is Route.THANKS


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("JU-2026-000123-K", Route.STATUS),
        ("状況は？", Route.STATUS),
        ("わたしのデータ", Route.MY_DATA),
        ("粗大ごみを申し込みたい", Route.START),
        ("続きから", Route.START),
        ("メニュー", Route.MENU),
        ("やめる", Route.CANCEL),
    ],
)
def test_commands_after_not_done_are_no_description(said: str, expected: Route) -> None:
    assert route(turn_of(said, state=AskedWhatIsLeft(application_id=1), procedures=load_procedures("shiomi"))) is expected


def test_every_route_has_a_handler_and_the_tables_reach_it() -> None:
    assert set(HANDLERS) == set(Route)
    reached = {expected for _, expected in (*IDLE, *GROUP, *WAITING, *IN_PROCEDURE, *OWN)} | {
        Route.FEEDBACK,
        Route.CORRECTION,
        Route.CALLBACK,
    }
    reached |= {Route.RELAY, Route.REOPEN, Route.COMMENT, Route.WHAT_IS_LEFT}
    assert reached == set(Route)
