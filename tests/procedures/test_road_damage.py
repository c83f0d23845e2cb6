"""道路・公園の損傷の通報, with every rule that the sample city has."""

import pytest

from procedures.rendering import rendered
from procedures.said import Placed, SentFile, SentPhoto
from procedures.steps import Ask, Completed, Confirm, Stopped
from tests.procedures.talk import Talk, sample_facts

PHOTO = SentPhoto(media=1, mime="image/jpeg", size=1000)
IN_CITY = Placed(latitude=34.9480, longitude=139.3050)
ON_NATIONAL_ROAD = Placed(latitude=34.9446, longitude=139.3000)
ON_PREFECTURAL_ROAD = Placed(latitude=34.9500, longitude=139.3148)
ON_PRIVATE_ROAD = Placed(latitude=34.9342, longitude=139.33685)


def at(field: str, facts: object = None) -> Talk:
    """Filled up to this question."""
    talk = Talk("road_damage", facts=facts or sample_facts("public_works"))  # type: ignore[arg-type]
    said = {
        "danger": "ありません",
        "category": "道路",
        "kind": "舗装の穴",
        "photos": "なし",
        "text": "直径30cmの穴",
        "notify": "匿名で送る",
    }
    while isinstance(talk.step, Ask) and talk.field != field:
        talk.do(IN_CITY) if talk.field == "place" else talk.say(said[talk.field])
    return talk


@pytest.mark.parametrize(
    "said",
    [
        "はい",
        "あります",
        "けが人がいる",
        "けが人がいます",
        "自転車の人が怪我をしています",
        "人が倒れています",
        "車が通れない",
        "ガスのにおいがする",
        "電線が切れています",
    ],
)
def test_danger_comes_first_and_ends_with_numbers_to_call(said: str) -> None:
    talk = Talk("road_damage")
    assert talk.field == "danger"
    step = talk.say(said)
    assert isinstance(step, Stopped)
    calls = [talk.wording().text(f"fields.danger.stops.0.calls.{place}.number") for place in range(4)]
    assert calls == ["110", "119", "0490-00-3702", "0490-00-1152"]


@pytest.mark.parametrize("said", ["道路に大きな穴があります", "公園にごみがある", "道路に段差があります"])
def test_something_that_is_there_is_no_danger(said: str) -> None:
    begun = Talk("road_damage", said)
    assert begun.field == "danger"
    talk = Talk("road_damage")
    talk.say(said)
    assert talk.field == "danger"
    assert "danger" not in talk.answers


@pytest.mark.parametrize("said", ["いいえ", "ありません", "大丈夫", "ない", "危険はありません"])
def test_without_danger_it_goes_on(said: str) -> None:
    talk = Talk("road_damage")
    talk.say(said)
    assert talk.field == "kind"


@pytest.mark.parametrize("words", ["つかない街灯を通報したい", "標識がありませんので通報したい", "道路の穴を通報したい"])
def test_no_danger_is_never_read_into_other_words(words: str) -> None:
    talk = Talk("road_damage", words)
    assert talk.field == "danger"
    talk.say("街灯がつかないんです")
    assert talk.field == "danger"
    talk.say("危険はありません。街灯がつかないんです")
    assert talk.answers["danger"] is False


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        ("道路を通報したい", ["舗装の穴", "段差", "側溝", "ガードレール", "カーブミラー", "標識", "照明", "そのほか"]),
        ("公園の異常を通報したい", ["遊具", "照明灯", "ベンチ", "水回り", "樹木", "そのほか"]),
        ("川の道路の損傷を通報したい", ["舗装の穴", "段差", "側溝", "ガードレール", "カーブミラー", "標識", "照明", "そのほか"]),
    ],
)
def test_what_can_be_broken_depends_on_the_place(words: str, labels: list[str]) -> None:
    talk = Talk("road_damage", words)
    talk.say("ありません")
    assert talk.labels == labels
    assert len(labels) <= 8, "the five commands must fit beside them"


def test_what_is_broken_shows_the_kind_of_place() -> None:
    talk = at("kind")
    assert talk.labels[0] == "道路：舗装の穴"
    assert len(talk.labels) == 15
    talk.tap("play")
    assert talk.answers["category"] == "park"
    assert talk.field == "photos"
    other = at("kind")
    other.tap("other")
    assert other.field == "category", "it belongs to any of them"
    other.say("川")
    assert other.field == "photos"


def test_kind_of_another_category_is_not_taken() -> None:
    talk = Talk("road_damage", "道路を通報したい")
    talk.say("ありません", "ブランコ")
    assert talk.field == "kind"
    talk.tap("play")
    assert talk.field == "kind"


def test_another_category_drops_the_kind() -> None:
    talk = at("photos")
    talk.edit("category")
    talk.say("公園")
    assert talk.field == "kind"
    assert "kind" not in talk.answers


def test_up_to_three_photos_at_any_time() -> None:
    talk = at("photos")
    talk.do(PHOTO)
    assert talk.field == "place"
    assert "あと2枚まで" in talk.notes
    talk.do(PHOTO)
    assert talk.field == "place", "the question stays"
    talk.do(IN_CITY)
    talk.do(PHOTO)
    assert len(talk.answers["photos"]) == 3  # type: ignore[arg-type]
    talk.say("匿名", "同意しない")
    assert isinstance(talk.step, Confirm)
    talk.do(PHOTO)
    assert isinstance(talk.step, Confirm)
    assert "写真は3枚まで" in talk.notes
    assert len(talk.answers["photos"]) == 3  # type: ignore[arg-type]


def test_photo_before_its_question_is_taken_and_danger_is_asked_all_the_same() -> None:
    talk = Talk("road_damage", facts=sample_facts("public_works"))
    talk.do(SentPhoto(media=1, mime="image/jpeg", size=10, taken_at=(34.9480, 139.3050)))
    talk.do(IN_CITY)
    assert talk.field == "danger"
    assert talk.answers.keys() == {"photos", "place"}
    assert "34.948" not in str(talk.step.state.scratch), "a place in a photo must not stay without consent"
    talk.say("ない", "舗装の穴")
    assert talk.field == "notify"


def test_place_instead_of_a_photo_says_that_there_is_none() -> None:
    for place in (IN_CITY, "汐見中央公園の砂場のよこ"):
        talk = at("photos")
        talk.do(place) if isinstance(place, Placed) else talk.say(place)
        assert talk.field == "text"
        assert talk.answers["place"]
        talk.do(PHOTO)
        assert talk.field == "notify", "a photo that comes later tells enough"
        assert talk.answers["photos"]


@pytest.mark.parametrize(
    "words",
    [
        "郵便局の前です",
        "駅前通り1丁目のコンビニの向かい",
        "大橋のたもと",
        "三丁目の交差点",
        "県道の橋のところ",
        "県道61号の橋のところです",
        "国道900号の信号の手前",
        "駅のあたり",
        "小学校の角",
        "踏切のところ",
        "公園の入口",
        "大きな橋の下",
        "国道900号です",
        "スーパーの駐車場",
        "川の土手の上",
        "バス停の近くのところ",
        "トンネルの出口あたりです。",
    ],
)
def test_place_is_told_by_what_stands_there(words: str) -> None:
    for field in ("photos", "place"):
        talk = at(field)
        talk.say(words)
        assert talk.answers["place"] == {"latitude": None, "longitude": None, "accuracy": None, "text": words}


@pytest.mark.parametrize(
    "words",
    [
        "名古屋市役所の前",
        "よく分からない",
        "家の",
        "橋",
        "道に穴があります",
        "橋のところに穴があいています",
        "公園の遊具がこわれています",
        "この先どうなりますか",
        "学校の前は危ないです",
        "道の上に木が倒れている",
        "写真はあとで送ります",
        "さっき言いました",
        "以上です",
        "この通りです",
        "近道はありますか",
        "別の道を教えて",
    ],
)
def test_what_is_no_place_of_ours_is_not_taken_for_one(words: str) -> None:
    for field in ("photos", "place"):
        talk = at(field)
        talk.say(words)
        assert "place" not in talk.answers


@pytest.mark.parametrize("words", ["写真はない", "写真はありません", "撮れません。", "no photo"])
def test_whoever_has_no_photo_is_asked_for_the_place(words: str) -> None:
    talk = at("photos")
    talk.say(words)
    assert talk.field == "place"
    assert "photos" not in talk.answers


def test_place_outside_the_city_is_told_where_a_photo_is_asked_for() -> None:
    talk = at("photos")
    talk.do(Placed(latitude=35.6812, longitude=139.7671))
    assert talk.field == "photos"
    assert "外の場所" in talk.problem


def test_description_in_another_answer_is_not_asked_again() -> None:
    talk = Talk("road_damage", facts=sample_facts("public_works"))
    talk.say("大丈夫です。ブランコの鎖が1本切れています")
    assert talk.answers["kind"] == "play"
    assert talk.answers["text"] == "ブランコの鎖が1本切れています"
    talk.do(IN_CITY)
    assert talk.field == "notify"
    short = Talk("road_damage", facts=sample_facts("public_works"))
    short.say("ない", "舗装の穴です")
    assert "text" not in short.answers, "no more was said than what was asked"


def test_what_is_needed_now_can_not_be_skipped_again() -> None:
    talk = at("text")
    assert "答えない" in labels(talk)
    talk.tap("skip")
    talk.say("匿名で送る")
    assert talk.field == "text"
    assert "写真か、5文字以上の説明" in talk.problem
    assert "答えない" not in labels(talk)


def labels(talk: Talk) -> list[str]:
    return [choice.label for choice in rendered(talk.step, talk.wording()).choices]


def test_photos_may_be_left_out() -> None:
    talk = at("photos")
    talk.tap("skip")
    assert talk.field == "place"


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (SentPhoto(media=1, mime="image/gif", size=10), "JPEGかPNG"),
        (SentPhoto(media=1, mime="image/jpeg", size=10_000_001), "10MB"),
        (SentFile(media=1, name="a.pdf", mime="application/pdf", size=10), "JPEGかPNG"),
    ],
)
def test_other_files_are_refused(said: SentPhoto, problem: str) -> None:
    talk = at("photos")
    talk.do(said)
    assert problem in talk.problem
    assert "photos" not in talk.answers


def test_place_of_a_photo_is_used_only_with_consent() -> None:
    taken = SentPhoto(media=1, mime="image/jpeg", size=10, taken_at=(34.9480, 139.3050))
    talk = at("photos")
    talk.do(taken)
    assert talk.labels == ["使う", "使わない"]
    assert "place" not in talk.answers
    talk.tap("yes")
    assert talk.answers["place"]["latitude"] == 34.9480  # type: ignore[index]
    assert talk.field == "notify"
    refused = at("photos")
    refused.do(taken)
    refused.say("いいえ")
    assert "place" not in refused.answers
    assert refused.step.state.scratch is None, "the place must not stay anywhere"
    assert refused.field == "place"


@pytest.mark.parametrize(
    ("place", "is_inside"),
    [
        (IN_CITY, True),
        (Placed(latitude=34.9395, longitude=139.25865), True),
        (Placed(latitude=34.9395, longitude=139.2578), False),
        (Placed(latitude=35.6812, longitude=139.7671), False),
        (Placed(latitude=0, longitude=0), False),
        (Placed(latitude=float("nan"), longitude=139.3), False),
        (Placed(latitude=91, longitude=139.3), False),
    ],
)
def test_place_must_lie_in_the_city_or_fifty_metres_from_it(place: Placed, is_inside: bool) -> None:
    """The border's westernmost point is 139.2590; 0.00035° are 32 m, 0.0012° are 109 m."""
    talk = at("place")
    talk.do(place)
    assert ("place" in talk.answers) is is_inside


@pytest.mark.parametrize(
    ("said", "is_taken"), [("汐見中央公園の前", True), ("港町3丁目のコンビニの前", True), ("〇〇市役所の前", False), ("あそこ", False)]
)
def test_place_in_words(said: str, is_taken: bool) -> None:
    talk = at("place")
    talk.say(said)
    assert ("place" in talk.answers) is is_taken


@pytest.mark.parametrize(
    ("place", "owner", "asks", "said"),
    [
        (IN_CITY, "city", "text", ""),
        (ON_NATIONAL_ROAD, "national", "forward", "国道900号"),
        (ON_PREFECTURAL_ROAD, "prefecture", "forward", "県道61号"),
        (ON_PRIVATE_ROAD, "private", "text", "私道"),
    ],
)
def test_owner_of_the_road_is_told_and_asked_about_forwarding(place: Placed, owner: str, asks: str, said: str) -> None:
    talk = at("place")
    talk.do(place)
    assert talk.field == asks
    assert said in talk.notes
    field = talk.definition.by_name["place"]
    assert field.parts(talk.answers["place"], talk.facts)["owner"] == owner


def test_owner_of_another_road_is_told_when_the_place_is_corrected() -> None:
    """Only the first road used to be told, as if the note had been said already."""
    talk = at("place")
    talk.do(ON_NATIONAL_ROAD)
    talk.edit("place")
    talk.do(ON_PREFECTURAL_ROAD)
    assert "県道61号" in talk.notes
    talk.edit("place")
    talk.do(ON_PREFECTURAL_ROAD)
    assert "県道61号" not in talk.notes


def test_either_a_photo_or_five_characters_are_needed() -> None:
    talk = at("text")
    talk.say("なし", "匿名")
    assert isinstance(talk.step, Ask)
    assert talk.field == "text"
    assert "写真か、5文字以上" in talk.problem
    talk.say("あなです")
    assert talk.field == "text", "four characters are too few"
    talk.say("大きな穴です")
    assert isinstance(talk.step, Confirm)


def test_photo_alone_is_enough_and_its_publication_is_asked() -> None:
    talk = at("photos")
    talk.do(PHOTO)
    talk.do(IN_CITY)
    talk.say("LINEで受け取る")
    assert talk.field == "consent_publish"
    talk.tap("no")
    assert isinstance(talk.confirm(), Completed)


def test_plates_and_long_texts() -> None:
    talk = at("text")
    talk.say("あ" * 201)
    assert "200文字以内" in talk.problem
    talk.say("品川 500 あ 12-34の車がぶつかったあと")
    assert talk.answers["text"] == "■■■の車がぶつかったあと"


def test_report_nearby_is_offered_to_be_joined() -> None:
    near = {"near": "JU-2026-000007-X", "near_day": "2026-11-27", "near_state": "checking"}

    def look_up(name: str, answers: object) -> object:
        return near.get(name) if "place" in answers else None  # type: ignore[operator]

    talk = at("place", facts=sample_facts("public_works", look_up=look_up))
    talk.do(IN_CITY)
    assert talk.field == "same"
    asked = talk.wording().text("fields.same.ask")
    assert "11/27（金）" in asked
    assert "「確認中」" in asked
    assert "JU-" not in asked, "somebody else's number is of no use"
    talk.say("同じです")
    assert talk.answers["same"] == "same"
    talk.say("直径30cmの穴")
    assert isinstance(talk.step, Confirm), "who joins it is told, and need not be asked"
    assert isinstance(talk.confirm(), Completed)


def test_without_a_report_nearby_nothing_is_asked_about_it() -> None:
    talk = at("place")
    talk.do(IN_CITY)
    assert talk.field == "text"
