"""Notes and mentions among staff, titles, and what is forgotten when a resident takes words back."""

import pytest

from handoff import cases, queries
from handoff.forgetting import drop_cases_of, drop_closed, forget_words
from handoff.models import Case, Staff
from handoff.packet import Packet, Tried, load
from tests.handoff.counter import Counter


def noted(counter: Counter, case_id: int, by: int, mentions: list[int], text: str = "確認お願いします") -> None:
    with counter.working_on(case_id) as (session, case):
        cases.note(session, case, text, mentions, by=session.get_one(Staff, by), now=counter.now)


def test_colleague_is_told_once_however_often_they_are_named(counter: Counter) -> None:
    tanaka, sato = counter.add_staff("tanaka"), counter.add_staff("sato", department_id="tax")
    case_id = counter.held(counter.add_talk(), tanaka)
    before = counter.topics().count(f"staff:{sato}")
    noted(counter, case_id, tanaka, [sato, sato, tanaka, 999])
    with counter.database.reading() as session:
        assert [mention.staff_id for mention in queries.mentions_of(session, sato)] == [sato]
        assert queries.mentions_of(session, tanaka) == []
        assert [note.text for note in queries.notes_of(session, case_id)] == ["確認お願いします"]
        assert queries.case_seen_by(session, session.get_one(Staff, sato), case_id) is not None
    assert counter.topics().count(f"staff:{sato}") == before + 1
    with counter.working_on(case_id) as (session, case):
        cases.see_mentions(session, case, session.get_one(Staff, sato), now=counter.now)
    with counter.database.reading() as session:
        assert queries.mentions_of(session, sato) == []
        assert len(queries.mentions_of(session, sato, only_unseen=False)) == 1


def test_title_is_kept_short_and_never_empty(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka)
    with counter.working_on(case_id) as (session, case):
        staff = session.get_one(Staff, tanaka)
        cases.set_title(session, case, "  ", by=staff, now=counter.now)
        assert case.title == "住民票のこと"
        cases.set_title(session, case, "あ" * 300, by=staff, now=counter.now)
        assert len(case.title) == 200


@pytest.mark.parametrize("words", ["布団を捨てたい。090-1111-2222", "布団を捨てたい"])
def test_words_that_were_taken_back_leave_the_packet(counter: Counter, words: str) -> None:
    talk = counter.add_talk()
    packet = Packet(
        summary=f"ごみ：{words}",
        question=words,
        tried=(Tried(entry="e", question=words, status="answered"),),
        slots={"品目": words, "日": "月曜"},
    )
    case_id = counter.open(talk, title=words, packet=packet)
    with counter.database.transaction() as session:
        forget_words(session, talk, words, now=counter.now)
    case = counter.case(case_id)
    left = load(case.packet)
    assert words not in f"{case.title} {left}"
    assert (left.question, left.summary, left.slots) == ("", "", {"品目": "", "日": "月曜"})
    assert left.tried[0].entry == "e"
    assert counter.topics().count(f"case:{case_id}") == 2


def test_other_words_stay(counter: Counter) -> None:
    talk = counter.add_talk()
    case_id = counter.open(talk)
    with counter.database.transaction() as session:
        forget_words(session, talk, "別の話", now=counter.now)
        forget_words(session, talk, "", now=counter.now)
    assert load(counter.case(case_id).packet).question == "住民票はどこで取れますか"


def test_closed_cases_go_after_their_time_with_all_that_hangs_on_them(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    old = counter.held(counter.add_talk(), tanaka)
    noted(counter, old, tanaka, [counter.add_staff("sato")])
    counter.close(old, tanaka)
    counter.later(hours=1)
    young = counter.held(counter.add_talk(), tanaka)
    counter.close(young, tanaka)
    is_open = counter.open(counter.add_talk())
    with counter.database.transaction() as session:
        assert drop_closed(session, counter.pack.id, counter.now, limit=10) == 1
        assert {row[0] for row in session.query(Case.id)} == {young, is_open}


def test_resident_who_is_forgotten_takes_their_cases_along(counter: Counter) -> None:
    talk = counter.add_talk()
    case_id = counter.open(talk)
    other = counter.open(counter.add_talk())
    with counter.database.transaction() as session:
        drop_cases_of(session, [talk])
        assert {row[0] for row in session.query(Case.id)} == {other}
        assert queries.events_of(session, case_id) == []
