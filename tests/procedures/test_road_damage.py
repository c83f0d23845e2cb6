"""道路・公園の損傷の通報, with every rule that the sample city has."""

import pytest

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
    said = {"danger": "ありません", "category": "道路", "kind": "穴", "photos": "なし", "text": "直径30cmの穴", "notify": "匿名で送る"}
    while isinstance(talk.step, Ask) and talk.field != field:
        talk.do(IN_CITY) if talk.field == "place" else talk.say(said[talk.field])
    return talk


@pytest.mark.parametrize("said", ["はい", "あります", "けが人がいる", "車が通れない", "ガスのにおいがする", "電線が切れています"])
def test_danger_comes_first_and_ends_with_numbers_to_call(said: str) -> None:
    talk = Talk("road_damage")
    assert talk.field == "danger"
    step = talk.say(said)
    assert isinstance(step, Stopped)
    calls = [talk.wording().text(f"fields.danger.stops.0.calls.{place}.number") for place in range(4)]
    assert calls == ["110", "119", "0490-00-3702", "0490-00-1152"]


@pytest.mark.parametrize("said", ["いいえ", "ありません", "大丈夫", "ない"])
def test_without_danger_it_goes_on(said: str) -> None:
    talk = Talk("road_damage")
    talk.say(said)
    assert talk.field == "category"


@pytest.mark.parametrize(
    ("category", "labels"),
    [
        ("道路", ["舗装の穴", "段差", "側溝", "ガードレール", "カーブミラー", "標識", "照明", "そのほか"]),
        ("公園", ["遊具", "照明灯", "ベンチ", "水回り", "樹木", "そのほか"]),
        ("川", ["護岸", "水の流れ", "そのほか"]),
    ],
)
def test_what_can_be_broken_depends_on_the_place(category: str, labels: list[str]) -> None:
    talk = at("category")
    talk.say(category)
    assert talk.labels == labels
    assert len(labels) <= 8, "the five commands must fit beside them"


def test_kind_of_another_category_is_not_taken() -> None:
    talk = at("kind")
    talk.say("ブランコ")
    assert talk.field == "kind"
    talk.tap("play")
    assert talk.field == "kind"


def test_another_category_drops_the_kind() -> None:
    talk = at("photos")
    talk.edit("category")
    talk.say("公園")
    assert talk.field == "kind"
    assert "kind" not in talk.answers


def test_up_to_three_photos() -> None:
    talk = at("photos")
    for count in (1, 2):
        talk.do(PHOTO)
        assert talk.field == "photos"
        assert len(talk.answers["photos"]) == count  # type: ignore[arg-type]
    talk.do(PHOTO)
    assert talk.field == "place"


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
    talk.say("これで全部")
    assert talk.field == "text"
    refused = at("photos")
    refused.do(taken)
    refused.say("いいえ")
    assert "place" not in refused.answers
    assert refused.step.state.scratch is None, "the place must not stay anywhere"
    refused.say("これで全部")
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
    talk.say("これで全部")
    talk.do(IN_CITY)
    talk.say("なし", "LINEで受け取る")
    assert talk.field == "consent_publish"
    talk.tap("no")
    assert isinstance(talk.confirm(), Completed)


def test_plates_and_long_texts() -> None:
    talk = at("text")
    talk.say("あ" * 201)
    assert "200文字以内" in talk.problem
    talk.say("あ 12-34の車がぶつかったあと")
    assert "12-34" not in str(talk.answers["text"])


def test_report_nearby_is_offered_to_be_joined() -> None:
    def look_up(name: str, answers: object) -> object:
        return "JU-2026-000007-X" if name == "near" and "place" in answers else None  # type: ignore[operator]

    talk = at("place", facts=sample_facts("public_works", look_up=look_up))
    talk.do(IN_CITY)
    assert talk.field == "same"
    assert "JU-2026-000007-X" in talk.wording().text("fields.same.ask")
    talk.say("同じです")
    assert talk.answers["same"] == "same"
    talk.say("直径30cmの穴", "受け取る")
    assert isinstance(talk.confirm(), Completed)


def test_without_a_report_nearby_nothing_is_asked_about_it() -> None:
    talk = at("place")
    talk.do(IN_CITY)
    assert talk.field == "text"
