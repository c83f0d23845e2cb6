"""Nothing leaves before its commit, and every call tells the truth about itself."""

from typing import Any

import pytest

from bot.models import CallState, OutgoingCall
from bot.simulator.faults import Loss, RequestFault
from bot.simulator.phone import Phone
from bot.simulator.records import Via
from tests.bot.promises.acts import (
    APOLOGY,
    PUSH,
    REPLY,
    Gate,
    bot_items,
    last_call,
    newcomer,
    pass_time,
    routes_of,
    rows_of,
    said_by_bot,
    skip_backoff,
)
from tests.patience import PATIENCE, soon
from tests.town import MUNICIPALITY, Town, settle


def test_reply_whose_answer_is_lost_is_sent_exactly_once(town: Town) -> None:
    for how in (Loss.CLOSE, Loss.ERROR):
        phone = newcomer(town, f"応答喪失 {how}")
        town.platform.faults.set(accept_then_drop=RequestFault(path=REPLY, count=1, how=how))
        phone.say("ありがとう")
        skip_backoff(town)
        call = last_call(town, phone)
        assert len(said_by_bot(phone)) == 1
        assert (call.state, call.via, call.reply_attempts, call.cost) == (CallState.SENT, "reply", 2, 0)


def test_reply_that_failed_before_line_acted_is_retried_with_the_same_token(town: Town) -> None:
    phone = newcomer(town, "500")
    town.platform.faults.set(api_errors=RequestFault(path=REPLY, count=1))
    phone.say("ありがとう")
    skip_backoff(town)
    call = last_call(town, phone)
    replies = [request for request in town.platform.requests if request.path == REPLY and request.json["replyToken"] == call.reply_token]
    assert [request.status for request in replies] == [500, 200]
    assert (call.state, call.via, call.cost) == (CallState.SENT, "reply", 0)
    assert len(said_by_bot(phone)) == 1


def test_old_token_leads_to_a_push_with_a_retry_key(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = newcomer(town, "期限切れ")
    gate = Gate(monkeypatch)
    phone.say("ありがとう")
    assert gate.entered.acquire(timeout=PATIENCE)
    pass_time(town, 61)
    gate.open.set()
    settle(town)
    call = last_call(town, phone)
    assert (call.state, call.via, call.cost) == (CallState.SENT, "push", 1)
    assert [item.via for item in bot_items(phone)] == [Via.PUSH]
    pushes = [request for request in town.platform.requests if request.path == PUSH]
    assert pushes[-1].headers["x-line-retry-key"] == call.retry_key


def test_token_that_line_declares_dead_leads_to_a_push_at_once(town: Town) -> None:
    phone = newcomer(town, "短い期限")
    town.platform.faults.set(reply_token_seconds=0.0)
    phone.say("ありがとう")
    settle(town)
    call = last_call(town, phone)
    assert (call.state, call.via, len(said_by_bot(phone))) == (CallState.SENT, "push", 1)


def pushed(town: Town, name: str) -> Phone:
    """A resident whose answer can only be pushed; the platform's faults are set beforehand."""
    phone = newcomer(town, name)
    town.platform.faults.set(reply_token_seconds=0.0)
    return phone


def test_push_whose_answer_is_lost_is_sent_exactly_once(town: Town) -> None:
    for how in (Loss.CLOSE, Loss.ERROR):
        phone = pushed(town, f"プッシュ喪失 {how}")
        town.platform.faults.set(accept_then_drop=RequestFault(path=PUSH, count=1, how=how))
        phone.say("ありがとう")
        skip_backoff(town)
        call = last_call(town, phone)
        statuses = [request.status for request in town.platform.requests if request.headers.get("x-line-retry-key") == call.retry_key]
        assert statuses[-1] == 409
        assert len(said_by_bot(phone)) == 1
        assert call.state == CallState.SENT


def test_push_that_failed_before_line_acted_is_sent_later(town: Town) -> None:
    phone = pushed(town, "プッシュ500")
    town.platform.faults.set(api_errors=RequestFault(path=PUSH, count=2))
    phone.say("ありがとう")
    skip_backoff(town)
    call = last_call(town, phone)
    assert (call.state, call.push_attempts, len(said_by_bot(phone))) == (CallState.SENT, 3, 1)


def test_uncertain_reply_whose_token_grew_old_is_pushed_and_stays_unknown(town: Town) -> None:
    phone = newcomer(town, "不明")
    town.platform.faults.set(api_errors=RequestFault(path=REPLY, count=4))
    phone.say("ありがとう")
    skip_backoff(town)
    call = last_call(town, phone)
    assert (call.state, call.via, call.cost) == (CallState.UNKNOWN, "push", 1)
    assert call.settled_at is not None
    assert len(said_by_bot(phone)) == 1


def test_rate_limited_call_is_sent_later(town: Town) -> None:
    phone = newcomer(town, "流量制限")
    town.platform.faults.set(rate_limited=RequestFault(path=REPLY, count=2))
    phone.say("ありがとう")
    skip_backoff(town)
    call = last_call(town, phone)
    assert (call.state, call.reply_attempts, len(said_by_bot(phone))) == (CallState.SENT, 3, 1)


def test_monthly_limit_fails_the_call_and_an_operator_sees_it(town: Town) -> None:
    phone = pushed(town, "月間上限")
    town.platform.faults.set(quota_exhausted=True)
    phone.say("ありがとう")
    settle(town)
    call = last_call(town, phone)
    assert (call.state, call.cost, said_by_bot(phone)) == (CallState.FAILED, 0, [])
    assert "今月の送信数の上限" in (call.error or "")
    with town.database.reading() as session:
        letter = town.queue.dead_letters(session, MUNICIPALITY)[0]
    assert letter.kind == "deliver"
    assert f"送信 {call.id} " in letter.error


def test_message_that_the_monthly_limit_stopped_goes_out_when_an_operator_retries_it(town: Town) -> None:
    """The retried job used to find its call settled, and the letter disappeared without a message."""
    phone = pushed(town, "月が変わる")
    town.platform.faults.set(quota_exhausted=True)
    phone.say("ありがとう")
    settle(town)
    assert said_by_bot(phone) == []
    town.platform.faults.set(quota_exhausted=False)
    with town.database.transaction() as session:
        assert town.queue.retry(session, town.queue.dead_letters(session, MUNICIPALITY)[0].id)
    settle(town)
    call = last_call(town, phone)
    assert (call.state, call.cost, len(said_by_bot(phone))) == (CallState.SENT, 1, 1)


def test_replies_go_out_although_the_monthly_limit_is_reached(town: Town) -> None:
    phone = newcomer(town, "月間上限の返信")
    town.platform.faults.set(quota_exhausted=True)
    phone.say("ありがとう")
    settle(town)
    assert last_call(town, phone).state == CallState.SENT


def test_message_to_somebody_who_blocked_us_meanwhile_is_undeliverable(town: Town) -> None:
    phone = newcomer(town, "ブロック")
    town.platform.faults.set(rate_limited=RequestFault(path=REPLY, count=1))
    phone.say("ありがとう")
    soon(lambda: len(rows_of(town, phone, OutgoingCall)) == 2 and last_call(town, phone).reply_attempts)
    phone.block()
    skip_backoff(town)
    call = last_call(town, phone)
    assert said_by_bot(phone) == []
    assert call.state == CallState.UNDELIVERABLE


def test_somebody_whose_return_was_never_told_is_answered_again(town: Town) -> None:
    phone = newcomer(town, "復帰")
    phone.block()
    settle(town)
    phone.chat.friendship = type(phone.chat.friendship).FRIEND  # The event of the return was lost.
    phone.say("ありがとう")
    settle(town)
    assert len(said_by_bot(phone)) == 1
    assert last_call(town, phone).state == CallState.SENT


def test_nothing_leaves_when_the_transaction_fails(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = newcomer(town, "巻き戻し")
    tries = iter([True])
    real = town.bot.runner._jobs.go_on

    def go_on(session: Any, *jobs: Any) -> Any:  # Any: handed on.
        if next(tries, False):
            raise OSError("the connection broke just before the commit")
        return real(session, *jobs)

    monkeypatch.setattr(town.bot.runner._jobs, "go_on", go_on)
    phone.say("ありがとう")
    settle(town)
    # The turn's own words never left: what the resident hears is the apology, in a transaction of its own.
    assert [APOLOGY in text for text in said_by_bot(phone)] == [True, False]
    assert routes_of(town, phone) == ["follow", "failed"]


def test_every_violation_of_lines_rules_is_noticed(town: Town) -> None:
    """The check at the end of each test here would be worthless if the platform overlooked a token used twice."""
    phone = newcomer(town, "違反")
    phone.say("ありがとう")
    settle(town)
    call = last_call(town, phone)
    before = len(town.platform.violations)
    town.bot.delivery._clients(MUNICIPALITY).reply(call.reply_token or "", call.body)
    assert len(town.platform.violations) == before + 1
    town.platform.journal._violations.clear()
