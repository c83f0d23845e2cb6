"""One open page's stream of events: what it is sent, in the wire format of server-sent events."""

import asyncio
import contextlib
import hashlib
import random
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TypeVar
from urllib.parse import urlencode

import anyio.to_thread
import orjson
from fastapi import Request

from console.live.hub import Follower
from console.live.live import Live
from console.live.parts import Wanted
from console.live.rendering import Rendering
from console.sessions import Visitor
from console.visiting import NotHereError, Visit
from core.changes import News, newest_number
from core.metrics import LIVE_RENDERINGS

BEAT_SECONDS = 15.0
"""Pause after which the page is told that its stream lives; it then says that somebody is there."""
PAUSE_SECONDS = 0.05
"""Between two tellings, so that what happens together is told together."""
RETRY_MILLISECONDS = (500, 1500)

Result = TypeVar("Result")


class Stream:
    """What one page follows. Everything that reads the database runs in a thread."""

    def __init__(self, live: Live, visit: Visit, wanted: tuple[Wanted, ...], topics: Iterable[str]) -> None:
        self._live = live
        self._visit = visit
        self._wanted = [(part, frozenset(part.part.topics(visit, part.parameters))) for part in wanted]
        self._sent: dict[str, bytes] = {}
        self._topics = frozenset(topics).union(*(mine for _, mine in self._wanted))

    async def events(self, number: int, still_here: Callable[[], Visitor | None]) -> AsyncIterator[bytes]:
        """From the change `number` on, until the page goes, the session ends, or the server stops."""
        hub = self._live.hub
        now = asyncio.get_running_loop().time
        follower = Follower(self._visit.municipality_id, self._topics, number)
        try:
            yield f"retry: {random.randint(*RETRY_MILLISECONDS)}\n\n".encode()
            yield event("hello", {"token": self._visit.visitor.csrf_token, "staff_id": self._visit.visitor.staff_id})
            await self._in_thread(lambda: hub.follow(follower, number))
            beat_at = now() + BEAT_SECONDS
            while not hub.is_stopping:
                await _wait(follower.woken, beat_at - now())
                if hub.is_stopping:
                    return
                if follower.is_behind:
                    yield event("reload")
                    return
                news = follower.take()
                visitor, messages = await self._in_thread(partial(self._tell, news, still_here))
                if visitor is None:
                    yield event("ended")
                    return
                for message in messages:
                    yield message
                if now() >= beat_at:
                    beat_at = now() + BEAT_SECONDS
                    yield event("beat", number=news.number)
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            hub.leave(follower)

    def _tell(self, news: News, still_here: Callable[[], Visitor | None]) -> tuple[Visitor | None, tuple[bytes, ...]]:
        """Nothing is rendered for a session that has ended. The number comes last, so that a cut in between repeats the parts."""
        visitor = still_here()
        if visitor is None:
            return None, ()
        if not news.topics:
            return visitor, ()
        self._visit = replace(self._visit, visitor=visitor, now=self._visit.console.clock())
        changed = [part for part, topics in self._wanted if topics & news.topics]
        messages = [message for part in changed if (message := self._told(part, news))]
        return visitor, (*messages, event("change", sorted(news.topics), number=news.number))

    def _told(self, wanted: Wanted, news: News) -> bytes | None:
        """The part as it looks now; None where it looks as it was last told."""
        key = (wanted.key, *audience_of(self._visit, wanted))
        try:
            html = self._live.renderings.at_least(news.number, key, lambda: self._render(wanted))
        except NotHereError:
            return event("gone", {"part": wanted.key})
        digest = hashlib.blake2b(html.encode(), digest_size=16).digest()
        if self._sent.get(wanted.key) == digest:
            return None
        self._sent[wanted.key] = digest
        return event("part", {"part": wanted.key, "html": html})

    def _render(self, wanted: Wanted) -> Rendering:
        with self._visit.reading() as session:
            number = newest_number(session, self._visit.municipality_id)
        visit = in_audience(self._visit, wanted)
        view = wanted.part.view(visit, wanted.parameters)
        LIVE_RENDERINGS.labels(wanted.name).inc()
        return Rendering(html=visit.console.renderer.render(wanted.part.template, view, visit.frame(wanted.part.room)), number=number)

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await anyio.to_thread.run_sync(work, limiter=self._live.limiter)


def audience_of(visit: Visit, wanted: Wanted) -> tuple[object, ...]:
    """Who sees the same."""
    visitor = visit.visitor
    scope = (visitor.municipality_id, visitor.department_id, visitor.role)
    return scope if wanted.part.is_shared else (*scope, visitor.staff_id)


def in_audience(visit: Visit, wanted: Wanted) -> Visit:
    """A visit of anybody of the audience: nothing of one session, and of one person only where the part is theirs."""
    visitor = replace(visit.visitor, csrf_token="", session_id=0)
    if wanted.part.is_shared:
        visitor = replace(visitor, staff_id=0, name="")
    scope = {**visit.request.scope, "query_string": urlencode(wanted.parameters).encode(), "headers": []}
    return replace(visit, visitor=visitor, request=Request(scope))


def event(name: str, data: object = None, *, number: int | None = None) -> bytes:
    """With the number as its id, from which the page goes on after a lost connection."""
    identifier = b"" if number is None else f"id: {number}\n".encode()
    return b"event: " + name.encode() + b"\n" + identifier + b"data: " + orjson.dumps(data) + b"\n\n"


async def _wait(woken: asyncio.Event, seconds: float) -> None:
    """Until it is woken, or the time is over."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(woken.wait(), seconds)
    woken.clear()
