"""Whether to answer, to ask or to refuse."""

from collections.abc import Callable

import pytest
import yaml

from core.database import Database
from retrieval.answering import DECISIONS, Answerer, AnswerStatus, Decision, Question
from retrieval.confidence import COEFFICIENTS
from retrieval.follow_up import Earlier
from retrieval.search import Search
from tests.retrieval.conftest import ENTRIES, NOON, faq, publish

SMALL_TALK = yaml.safe_load((COEFFICIENTS.parent / "not_ours.yaml").read_text(encoding="utf-8"))["small_talk"]


def ask(search: Search, text: str, **others: object) -> Question:
    return Question(municipality_id="midori", text=text, moment=NOON, **others)  # type: ignore[arg-type]


@pytest.mark.parametrize(("entry_id", "entry"), ENTRIES.items())
def test_a_question_that_an_entry_asks_is_answered(town: Search, entry_id: str, entry: tuple[str, str]) -> None:
    answer = Answerer(town).answer(ask(town, entry[0].replace("。", "？")))
    assert answer.status is AnswerStatus.ANSWERED_SAME_QUESTION
    assert answer.decision is Decision.ANSWER
    assert answer.passage is not None
    assert answer.passage.entry_id == entry_id


def test_small_talk_is_not_answered(town: Search) -> None:
    answerer = Answerer(town)
    answered = [text for text in SMALL_TALK if answerer.answer(ask(town, str(text))).decision is Decision.ANSWER]
    assert answered == []


@pytest.mark.parametrize("text", ["", "　", "!!!", "🥺"])
def test_a_text_without_words_is_refused(town: Search, text: str) -> None:
    answer = Answerer(town).answer(ask(town, text))
    assert answer.decision is Decision.REFUSE
    assert answer.passage is None


@pytest.mark.parametrize(
    ("text", "office"),
    [
        ("大阪市の粗大ごみはどうやって出しますか", "other_municipality"),
        ("運転免許の更新はどこですか", "police"),
        ("確定申告の書き方", "tax_office"),
        ("失業保険をもらいたい", "employment_office"),
    ],
)
def test_what_others_are_responsible_for_is_referred_to_them(town: Search, text: str, office: str) -> None:
    answer = Answerer(town).answer(ask(town, text))
    assert (answer.status, answer.elsewhere) == (AnswerStatus.REFUSED_ELSEWHERE, office)


def test_who_comes_from_another_city_is_not_sent_there(town: Search) -> None:
    answer = Answerer(town).answer(ask(town, "大阪市から引っ越してきたときの届出は何ですか"))
    assert answer.status is not AnswerStatus.REFUSED_ELSEWHERE
    assert "moving-in" in {hit.entry_id for hit in answer.candidates}


def test_an_entry_about_the_matter_overrules_the_referral(database: Database, following: Callable[..., Search]) -> None:
    publish(database, "midori", "licence", faq("運転免許を返納した人への支援はありますか。", "バスの回数券を渡します。"))
    search = following()
    answer = Answerer(search).answer(ask(search, "運転免許を返納したい"))
    assert answer.status is not AnswerStatus.REFUSED_ELSEWHERE


def test_two_entries_that_are_equally_good_are_offered_as_choices(database: Database, following: Callable[..., Search]) -> None:
    publish(database, "midori", "pool-a", faq("北プールの利用料はいくらですか。", "200円です。"))
    publish(database, "midori", "pool-b", faq("南プールの利用料はいくらですか。", "300円です。"))
    search = following()
    answer = Answerer(search).answer(ask(search, "プールの利用料はいくらですか"))
    assert answer.decision is Decision.CHOICES
    assert {hit.entry_id for hit in answer.candidates[:2]} == {"pool-a", "pool-b"}
    assert answer.passage is None


def test_the_same_question_with_two_answers_is_offered_as_choices(database: Database, following: Callable[..., Search]) -> None:
    for entry_id, body in (("one", "東の窓口です。"), ("two", "西の窓口です。")):
        publish(database, "midori", entry_id, faq("休日の窓口はどこですか。", body))
    search = following()
    answer = Answerer(search).answer(ask(search, "休日の窓口はどこですか"))
    assert answer.decision is Decision.CHOICES


def test_the_same_question_with_the_same_answer_twice_is_answered(database: Database, following: Callable[..., Search]) -> None:
    for entry_id in ("one", "two"):
        publish(database, "midori", entry_id, faq("休日の窓口はどこですか。", "東の窓口です。"))
    search = following()
    assert Answerer(search).answer(ask(search, "休日の窓口はどこですか")).decision is Decision.ANSWER


def test_what_was_refused_is_not_offered_again(town: Search) -> None:
    answer = Answerer(town).answer(ask(town, ENTRIES["dog"][0], excluded=frozenset({"dog"})))
    assert answer.passage is None
    assert "dog" not in {hit.entry_id for hit in answer.candidates}


def test_who_refused_what_there_is_gets_a_person(town: Search) -> None:
    answer = Answerer(town).answer(ask(town, "犬の散歩の広場", excluded=frozenset(ENTRIES) - {"water"}))
    assert answer.decision is Decision.HANDOFF


def test_a_short_question_is_read_with_the_one_before_it(database: Database, following: Callable[..., Search]) -> None:
    publish(database, "midori", "seal-fee", faq("印鑑登録証明書の手数料はいくらですか。", "1通300円です。"))
    search = following()
    alone = Answerer(search).answer(ask(search, "いくら?"))
    joined = Answerer(search).answer(ask(search, "いくら?", earlier=Earlier(question="印鑑登録証明書を取りたい")))
    assert alone.passage is None
    assert joined.candidates[0].entry_id == "seal-fee"


def test_aspect_is_first_looked_for_in_what_was_answered(database: Database, following: Callable[..., Search]) -> None:
    body = "公園課で受け付けます。\n手数料は500円です。\n印鑑はいりません。"
    publish(database, "midori", "permit", faq("キャンプの許可を取るには。", body))
    search = following()
    answer = Answerer(search).answer(ask(search, "いくら?", earlier=Earlier(question="キャンプの許可", entries=("permit",))))
    assert answer.status is AnswerStatus.ANSWERED_FOLLOW_UP
    assert answer.passage is not None
    assert (answer.passage.entry_id, answer.passage.body, answer.is_part) == ("permit", "手数料は500円です。", True)


def test_aspect_of_two_answers_is_a_choice(database: Database, following: Callable[..., Search]) -> None:
    publish(database, "midori", "permit", faq("キャンプの許可を取るには。", "手数料は500円です。"))
    publish(database, "midori", "boat", faq("ボートを借りるには。", "料金は800円です。"))
    search = following()
    answer = Answerer(search).answer(ask(search, "いくら?", earlier=Earlier(question="キャンプとボート", entries=("permit", "boat"))))
    assert answer.status is AnswerStatus.CHOICES_FOLLOW_UP
    assert {hit.entry_id for hit in answer.candidates} == {"permit", "boat"}


def test_office_tells_what_the_answer_does_not(town: Search) -> None:
    answer = Answerer(town).answer(ask(town, "電話番号は?", earlier=Earlier(question="犬の登録", entries=("dog",))))
    assert (answer.status, answer.is_of_office) == (AnswerStatus.ANSWERED_FOLLOW_UP, True)
    assert answer.passage is not None
    assert answer.passage.entry_id == "dog"


def test_refused_entry_is_not_given_again_to_a_short_message(town: Search) -> None:
    answer = Answerer(town).answer(
        ask(town, "電話番号は?", earlier=Earlier(question="犬の登録", entries=("dog",)), excluded=frozenset({"dog"}))
    )
    assert answer.passage is None


def test_offered_entry_is_chosen_by_a_number(town: Search) -> None:
    earlier = Earlier(question="手続き", offered=("water", "dog", "gone"))
    chosen = Answerer(town).answer(ask(town, "2番", earlier=earlier))
    assert chosen.status is AnswerStatus.ANSWERED_CHOSEN
    assert chosen.passage is not None
    assert chosen.passage.entry_id == "dog"
    assert Answerer(town).answer(ask(town, "3番", earlier=earlier)).status is AnswerStatus.CHOICES_FOLLOW_UP


def test_question_that_an_entry_asks_is_never_read_as_a_continuation(town: Search) -> None:
    earlier = Earlier(question="粗大ごみ", entries=("oversized",))
    answer = Answerer(town).answer(ask(town, ENTRIES["library"][0], earlier=earlier))
    assert answer.status is AnswerStatus.ANSWERED_SAME_QUESTION
    assert answer.passage is not None
    assert answer.passage.entry_id == "library"


def test_every_status_has_a_decision() -> None:
    assert {status.split("_")[0] for status in AnswerStatus} == DECISIONS.keys()


def test_steps_and_result_tell_how_an_answer_came_about(town: Search) -> None:
    answer = Answerer(town).answer(ask(town, "犬の登録"))
    assert answer.result is not None
    assert [step.name for step in answer.steps][:2] == ["refuse_without_words", "search_passages"]
