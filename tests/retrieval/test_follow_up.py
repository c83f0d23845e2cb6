"""What a short message means after another question; a table, no search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.follow_up import Earlier, Kind, aspect_in, focused, holds, read_message, subject_of, words

RECORD = "住民票の写しを取るにはどうすればよいですか。"
OFFERED = ("certificates-seal-registration", "certificates-seal-lost", "certificates-seal-kinds")

LACKS_SUBJECT = [
    (RECORD, "いくら？", "fee", "住民票の写しを取る 料金はいくら"),
    (RECORD, "手数料は？", "fee", "住民票の写しを取る 料金はいくら"),
    (RECORD, "お金かかりますか", "fee", "住民票の写しを取る 料金はいくら"),
    (RECORD, "それは無料ですか？", "fee", "住民票の写しを取る 料金はいくら"),
    (RECORD, "how much?", "fee", "住民票の写しを取る 料金はいくら"),
    (RECORD, "多少钱？", "fee", "住民票の写しを取る 料金はいくら"),
    (RECORD, "ありがとう、あといくらかかりますか", "fee", "住民票の写しを取る 料金はいくら"),
    ("粗大ごみを出したい", "料金教えて", "fee", "粗大ごみを出したい 料金はいくら"),
    ("市民プール", "子どもはいくら？", "fee", "市民プール 料金はいくら"),
    ("市民プール", "高校生の場合は無料ですか", "fee", "市民プール 料金はいくら"),
    ("粗大ごみの出し方", "電話番号は？", "phone", "粗大ごみ 電話番号"),
    ("粗大ごみの出し方", "どこに電話すればいい？", "phone", "粗大ごみ 電話番号"),
    ("粗大ごみの出し方", "問い合わせ先教えてください", "phone", "粗大ごみ 電話番号"),
    ("粗大ごみの出し方", "電話でもいいですか", "by_phone", "粗大ごみ 電話で申し込む"),
    ("転入届に必要なもの", "いつまで？", "deadline", "転入届 いつまで"),
    ("転入届に必要なもの", "期限はありますか", "deadline", "転入届 いつまで"),
    ("転入届に必要なもの", "その手続きはいつまでに出せばいい？", "deadline", "転入届 いつまで"),
    ("図書館の開館時間", "日曜は？", "weekend", "図書館 土日や休日"),
    ("図書館", "what about Sunday?", "weekend", "図書館 土日や休日"),
    ("図書館", "土日もやってますか", "weekend", "図書館 土日や休日"),
    ("図書館", "祝日も開いてる？", "weekend", "図書館 土日や休日"),
    ("図書館", "仕事帰りでもいい？", "evening", "図書館 夜間や時間外"),
    ("図書館", "何時からですか", "hours", "図書館 受付時間"),
    ("図書館", "営業時間は？", "hours", "図書館 受付時間"),
    ("児童手当の申請", "いつ振り込まれますか", "payday", "児童手当の申請 いつ振り込まれる"),
    ("パスポートの申請", "どのくらいかかりますか", "when", "パスポートの申請 いつ"),
    ("パスポートの申請", "すぐもらえますか", "when", "パスポートの申請 いつ"),
    ("犬の登録", "どこ？", "place", "犬の登録 どこで"),
    ("犬の登録", "どこでできますか？", "place", "犬の登録 どこで"),
    ("犬の登録", "何階ですか", "place", "犬の登録 どこで"),
    ("犬の登録", "where?", "place", "犬の登録 どこで"),
    ("犬の登録", "何が必要？", "documents", "犬の登録 必要なもの 持ち物"),
    ("犬の登録", "持ち物は", "documents", "犬の登録 必要なもの 持ち物"),
    ("犬の登録", "印鑑は必要ですか", "documents", "犬の登録 必要なもの 持ち物"),
    ("犬の登録", "what do I need?", "documents", "犬の登録 必要なもの 持ち物"),
    ("犬の登録", "どうやって申し込むの？", "how", "犬の登録 申し込み方法"),
    ("犬の登録", "それって予約いる？", "reservation", "犬の登録 予約は必要"),
    ("犬の登録", "予約は必要ですか", "reservation", "犬の登録 予約は必要"),
    ("犬の登録", "誰でもいいの？", "who", "犬の登録 対象になる人"),
    ("犬の登録", "所得制限はありますか", "who", "犬の登録 対象になる人"),
    ("犬の登録", "家族でもいい？", "proxy", "犬の登録 代理や家族"),
    ("犬の登録", "本人じゃないとだめ？", "proxy", "犬の登録 代理や家族"),
    ("犬の登録", "母が代わりに行ってもいいですか", "proxy", "犬の登録 代理や家族"),
    ("犬の登録", "郵送でもいい？", "by_post", "犬の登録 郵送"),
    ("犬の登録", "ネットでできますか", "online", "犬の登録 オンライン スマートフォン 電子申請"),
    ("犬の登録", "クレジットカードは使えますか", "payment", "犬の登録 支払い方法"),
]
CONDITIONS = [
    ("パスポートの申請", "子どもの場合は？", "子ども"),
    ("パスポートの申請", "マイナンバーカードでもいい？", "マイナンバーカード"),
    ("パスポートの申請", "外国人は？", "外国人"),
    ("パスポートの申請", "その場合も写真は二枚ですか", "写真は二枚ですか"),
    ("パスポートの申請", "15歳だと？", "15歳"),
]
SUBJECTS = [
    ("犬の登録", "", "猫は？", "猫の登録"),
    ("テレビを捨てたい", "", "じゃあエアコンは？", "エアコンを捨てたい"),
    ("転入届に必要なもの", "", "では転出は？", "転出に必要なもの"),
    ("転入届 いつまで", "deadline", "転出のほうは？", "転出のいつまで"),
    ("燃えるごみの収集日", "", "what about plastic?", "plasticの収集日"),
    ("市外から引っ越してきたときはどうしたらいいですか、転入届が必要ですか", "", "転出は？", "転出"),
]
OWN = [
    "粗大ごみの料金はいくらですか",
    "印鑑登録をするには何が必要ですか",
    "子どもの医療費の助成を受けたい",
    "図書館は何時まで開いていますか",
    "犬が死んでしまいました",
    "ほかには？",
    "なんで？",
    "それ",
    "はい",
    "hello?",
    "ok",
    "2番",
    "テレビを捨てたいのですが、どこに持っていけばいいですか",
    "",
    "？？？",
    "婚姻届の出し方を教えてください。",
    "空き缶 捨て方",
    "マイナンバーカード",
    "世帯主を変えるにはどうすればよいですか。",
    "枝を切っていいですか",
    "みずが ちゃいろい のんでいい?",
    "図書館で涼んでもよいですか",
    "学童って夏休みだけでもOKですか",
    "前の道は市道ですか",
    "上の子が就職した 児童手当",
    "この土地に家が建てられるか",
    "これは何ごみですか",
    "都市計画税とは",
    "結婚したらマイナンバーカードは",
]


@pytest.mark.parametrize(("before", "text", "aspect", "joined"), LACKS_SUBJECT)
def test_aspect_without_subject_is_asked_of_the_earlier_subject(before: str, text: str, aspect: str, joined: str) -> None:
    reading = read_message(text, Earlier(question=before))
    assert (reading.kind, reading.aspect, reading.text) == (Kind.ASPECT, aspect, joined)


@pytest.mark.parametrize(("before", "text", "circumstance"), CONDITIONS)
def test_circumstance_keeps_the_subject(before: str, text: str, circumstance: str) -> None:
    reading = read_message(text, Earlier(question=before))
    assert (reading.kind, reading.words) == (Kind.CONDITION, circumstance)
    assert reading.subject == subject_of(before)
    assert reading.text.startswith(reading.subject)


@pytest.mark.parametrize(("before", "aspect", "text", "joined"), SUBJECTS)
def test_new_subject_keeps_what_was_asked(before: str, aspect: str, text: str, joined: str) -> None:
    reading = read_message(text, Earlier(question=before, aspect=aspect))
    assert (reading.kind, reading.text) == (Kind.SUBJECT, joined)


@pytest.mark.parametrize("text", OWN)
def test_question_of_its_own_is_left_alone(text: str) -> None:
    reading = read_message(text, Earlier(question=RECORD, offered=OFFERED if text != "2番" else ()))
    assert (reading.kind, reading.text) == (Kind.OWN, text)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("ところで犬の登録は", "犬の登録は"),
        ("話は変わりますが、図書館は何時までですか", "図書館は何時までですか"),
        ("別の質問ですが粗大ごみの出し方", "粗大ごみの出し方"),
        ("By the way, where is the library?", "where is the library?"),
    ],
)
def test_change_of_topic_is_noticed(text: str, rest: str) -> None:
    reading = read_message(text, Earlier(question=RECORD, entries=("certificates-resident-record",)))
    assert (reading.kind, reading.text) == (Kind.OWN, rest)


@pytest.mark.parametrize("text", ["いくら？", "日曜は？", "猫は？", "それって予約いる？", "2番", "子どもの場合は？"])
def test_without_an_earlier_question_everything_stands_by_itself(text: str) -> None:
    assert read_message(text, None).kind is Kind.OWN


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("2番", 1),
        ("２", 1),
        ("二つ目でお願いします", 1),
        ("一番上の", 0),
        ("最初のやつ", 0),
        ("上から3番目", 2),
        ("最後の質問", -1),
        ("the first one", 0),
        ("1番を教えて", 0),
    ],
)
def test_offered_entry_is_chosen_by_its_place(text: str, place: int) -> None:
    reading = read_message(text, Earlier(question="印鑑", offered=OFFERED))
    assert (reading.kind, reading.place) == (Kind.CHOICE, place)


def test_offered_entry_is_chosen_by_its_words() -> None:
    reading = read_message("印鑑登録のほう", Earlier(question="印鑑", offered=OFFERED))
    assert (reading.kind, reading.words, reading.place) == (Kind.CHOICE, "印鑑登録", None)


def test_place_that_was_not_offered_chooses_nothing() -> None:
    assert read_message("5番", Earlier(question="印鑑", offered=OFFERED)).kind is Kind.OWN


def test_subject_lasts_through_several_messages() -> None:
    earlier = Earlier(question="住民票がほしい")
    for text in ("いくら？", "日曜は？", "電話番号は？"):
        reading = read_message(text, earlier)
        earlier = Earlier(question=reading.text, subject=reading.subject, aspect=reading.aspect)
        assert reading.subject == "住民票"


@pytest.mark.parametrize(
    ("question", "subject", "aspect"),
    [
        ("印鑑登録に必要なものは？", "印鑑登録", "documents"),
        ("住民票がほしい", "住民票", ""),
        ("粗大ごみの出し方を教えてください", "粗大ごみ", ""),
        ("粗大ごみ いくら", "粗大ごみ", "fee"),
        ("犬の登録について知りたいです", "犬の登録", ""),
        ("いくら", "いくら", "fee"),
        ("", "", ""),
    ],
)
def test_question_falls_into_subject_and_aspect(question: str, subject: str, aspect: str) -> None:
    assert (subject_of(question), aspect_in(question)) == (subject, aspect)


BODY = """住民票の写しは、コンビニか市民課で取れます。

手数料（1通）
・コンビニ：200円
・窓口：300円

持ち物
・本人確認書類
・申請書
※15歳未満の人は来られません。

本人か同じ世帯の人なら委任状はいりません。"""


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("いくら？", "手数料（1通）\n・コンビニ：200円\n・窓口：300円"),
        ("持ち物は？", "持ち物\n・本人確認書類\n・申請書"),
        ("代理でもいい？", "本人か同じ世帯の人なら委任状はいりません。"),
    ],
)
def test_part_of_an_answer_is_given_with_what_introduces_it(text: str, part: str) -> None:
    given_part = focused(BODY, read_message(text, Earlier(question=RECORD)))
    assert part in given_part
    assert all(line in BODY.splitlines() for line in given_part.splitlines())
    assert len(given_part) < len(BODY)


def test_limit_of_a_line_is_not_lost() -> None:
    body = "登録は市民課で受け付けます。\n手数料は300円です。\nただし、初めての人は無料です。\n電話で聞けます。\n用紙は窓口にあります。"
    assert focused(body, read_message("いくら？", Earlier(question=RECORD))) == "手数料は300円です。\nただし、初めての人は無料です。"


def test_answer_that_says_nothing_of_it_is_left_whole() -> None:
    assert focused("犬を登録します。", read_message("いくら？", Earlier(question=RECORD))) == "犬を登録します。"


def test_every_aspect_holds_in_a_text_that_names_it() -> None:
    for name, aspect in words().aspects.items():
        reading = read_message("いくら？", Earlier(question=RECORD))
        assert name not in ("", "own")
        assert aspect.adds
        assert not holds("", reading)


@given(st.text(max_size=30))
def test_any_text_can_be_read(text: str) -> None:
    reading = read_message(text, Earlier(question=RECORD, offered=OFFERED, entries=("a",)))
    assert reading.kind in Kind
