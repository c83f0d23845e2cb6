"""A failure of our own is apologised for, kept for an operator, and mended by a retry."""

import pytest

from bot.handlers import HANDLERS
from bot.outcome import Outcome, Tools, Turn
from bot.routing import Route
from tests.bot.promises.acts import APOLOGY, THANKS, Gate, newcomer, pass_time, said_by_bot
from tests.patience import PATIENCE
from tests.town import MUNICIPALITY, Town, settle


def test_exception_in_a_handler_is_apologised_for_once_and_a_retry_answers(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = newcomer(town, "不具合")
    real = HANDLERS[Route.THANKS]

    def fail(_turn: Turn, _tools: Tools) -> Outcome:
        raise ValueError("ありがとう must not be logged")

    monkeypatch.setitem(HANDLERS, Route.THANKS, fail)
    phone.say("ありがとう")
    settle(town)
    assert [APOLOGY in text for text in said_by_bot(phone)] == [True, False], "who answers instead is said beside it"
    with town.database.reading() as session:
        letter = town.queue.dead_letters(session, MUNICIPALITY)[0]
    assert letter.kind == "turn"
    assert "ありがとう" not in letter.error

    with town.database.transaction() as session:
        assert town.queue.retry(session, letter.id)
    settle(town)
    assert len(said_by_bot(phone)) == 2, "a second failure of the same turn is not apologised for again"

    monkeypatch.setitem(HANDLERS, Route.THANKS, real)
    with town.database.transaction() as session:
        assert town.queue.retry(session, letter.id)
    settle(town)
    assert THANKS in said_by_bot(phone)[-1]
    with town.database.reading() as session:
        assert letter.id not in [other.id for other in town.queue.dead_letters(session)]


def test_log_holds_nothing_of_what_a_resident_wrote(town: Town, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    phone = newcomer(town, "記録")
    capfd.readouterr()

    def fail(turn: Turn, _tools: Tools) -> Outcome:
        raise ValueError(turn.text)

    monkeypatch.setitem(HANDLERS, Route.ANSWER, fail)
    phone.say("ムジナヤマの件、番号は123456789018です")
    settle(town)
    assert APOLOGY in said_by_bot(phone)[0]
    logged = "".join(capfd.readouterr())
    assert "job_died" in logged
    assert "ムジナヤマ" not in logged
    assert "1234567890" not in logged


def test_second_failure_of_a_resident_is_apologised_for_too(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite gave the number of a finished job again, the second apology then broke on its turn's name, and nobody heard of the failure."""
    phone = newcomer(town, "二度目の不具合")
    real = HANDLERS[Route.THANKS]

    def fail(_turn: Turn, _tools: Tools) -> Outcome:
        raise ValueError

    for number in (1, 2):
        monkeypatch.setitem(HANDLERS, Route.THANKS, fail)
        phone.say("ありがとう")
        settle(town)
        assert sum(APOLOGY in text for text in said_by_bot(phone)) == number
        monkeypatch.setitem(HANDLERS, Route.THANKS, real)
        with town.database.transaction() as session:
            assert town.queue.retry(session, town.queue.dead_letters(session, MUNICIPALITY)[0].id)
        settle(town)


def test_resident_is_answered_as_usual_after_a_failure(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = newcomer(town, "不具合の後")
    with monkeypatch.context() as patch:

        def fail(_turn: Turn, _tools: Tools) -> Outcome:
            raise ValueError

        patch.setitem(HANDLERS, Route.THANKS, fail)
        phone.say("ありがとう")
        settle(town)
    phone.say("ありがとう")
    settle(town)
    assert [APOLOGY in text for text in said_by_bot(phone)] == [True, False, False]
    assert THANKS in said_by_bot(phone)[-1]


def test_retry_of_a_failed_turn_reaches_it_though_newer_words_wait(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = newcomer(town, "不具合と新しい質問")
    real = HANDLERS[Route.THANKS]

    def fail(_turn: Turn, _tools: Tools) -> Outcome:
        raise ValueError

    monkeypatch.setitem(HANDLERS, Route.THANKS, fail)
    phone.say("ありがとう")
    settle(town)
    with town.database.reading() as session:
        letter = town.queue.dead_letters(session, MUNICIPALITY)[0]
    monkeypatch.setitem(HANDLERS, Route.THANKS, real)
    gate = Gate(monkeypatch, Route.SMALL_TALK)
    pass_time(town, 10)
    phone.say("元気ですか？")
    assert gate.entered.acquire(timeout=PATIENCE)
    with town.database.transaction() as session:
        town.queue.retry(session, letter.id)
    gate.open.set()
    settle(town)
    assert any(THANKS in text for text in said_by_bot(phone))
