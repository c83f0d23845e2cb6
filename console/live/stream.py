"""One open page's stream of events: what it is sent, in the wire format of server-sent events."""

import asyncio
import contextlib
import hashlib
import random
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar
from urllib.parse import urlencode

import anyio.to_thread
import orjson
import structlog
from fastapi import Request

from console.live.hub import Follower
from console.live.live import Live
from console.live.parts import Wanted
from console.live.rendering import Rendering
from console.sessions import Visitor
from console.visiting import NotHereError, Visit
from core.changes import News
from core.metrics import LIVE_RENDERINGS

BEAT_SECONDS = 15.0
"""Pause after which the page is told that its stream lives; it then says that somebody is there."""
PAUSE_SECONDS = 0.05
"""Between two tellings, so that what happens together is told together."""
RETRY_MILLISECONDS = (500, 1500)

log = structlog.get_logger()

Result = TypeVar("Result")


class Stream:
    """What one page follows. Everything that reads the database runs in a thread."""

    def __init__(self, live: Live, visit: Visit, wanted: tuple[Wanted, ...], topics: Iterable[str]) -> None:
        self._live = live
        self._visit = visit
        self._wanted = [(part, frozenset(part.part.topics(visit, part.parameters))) for part in wanted]
        self._sent: dict[str, bytes] = {}
        self._topics = frozenset(topics).union(*(mine for _, mine in self._wanted))

    async def events(self, number: int, token: str) -> AsyncIterator[bytes]:
        """From the change `number` on, until the page goes, the session of the cookie's token ends, or the server stops."""
        hub = self._live.hub
        now = asyncio.get_running_loop().time
        follower = Follower(self._visit.municipality_id, self._topics, number)
        try:
            with self._live.attendance.of(token):
                yield f"retry: {random.randint(*RETRY_MILLISECONDS)}\n\n".encode()
                yield event("hello", {"token": self._visit.visitor.csrf_token, "staff_id": self._visit.visitor.staff_id})
                await self._in_thread(lambda: hub.follow(follower, number))
                beat_at = now() + BEAT_SECONDS
                while not hub.is_stopping:
                    await _wait(follower.woken, beat_at - now())
                    if hub.is_stopping:
                        return
                    if follower.is_behind:
                        yield RELOAD
                        return
                    news = follower.take()
                    told = await self._in_thread(partial(self._tell, token, news))
                    if told:
                        yield told
                    if told in (ENDED, RELOAD):
                        return
                    if now() >= beat_at:
                        beat_at = now() + BEAT_SECONDS
                        yield event("beat", number=news.number)
                    await asyncio.sleep(PAUSE_SECONDS)
        finally:
            hub.leave(follower)

    def _is_here(self, token: str, news: News) -> bool:
        """Nothing is rendered for a session that has ended."""
        console = self._visit.console

        def read(tokens: Collection[str]) -> Mapping[str, Visitor]:
            with console.database.reading() as session:
                return console.sessions.visitors(session, tokens, console.clock())

        visitor = self._live.attendance.visitor(token, news.number, read)
        if visitor is not None:
            self._visit = replace(self._visit, visitor=visitor, now=console.clock())
        return visitor is not None

    def _tell(self, token: str, news: News) -> bytes:
        """The parts that look different, and the number last, so that a cut in between repeats them."""
        before = scope_of(self._visit)
        if not self._is_here(token, news):
            return ENDED
        if scope_of(self._visit) != before:
            # The page follows, and shows, what its person could see then.
            return RELOAD
        if not news.topics:
            return b""
        changed = [part for part, topics in self._wanted if topics & news.topics]
        return b"".join((*(self._told(part, news) for part in changed), event("change", sorted(news.topics), number=news.number)))

    def _told(self, wanted: Wanted, news: News) -> bytes:
        """The part as it looks now; nothing where it looks as it was last told."""
        key = (wanted.key, *audience_of(self._visit, wanted))
        try:
            rendering = self._live.renderings.at_least(news.number, key, lambda: self._render(wanted))
        except NotHereError:
            return event("gone", {"part": wanted.key})
        except Exception as error:  # noqa: BLE001  # One part that fails must not silence the others, nor be asked for again and again.
            log.error("live_part_failed", part=wanted.name, error=type(error).__name__)
            return b""
        if self._sent.get(wanted.key) == rendering.digest:
            return b""
        self._sent[wanted.key] = rendering.digest
        return rendering.message

    def _render(self, wanted: Wanted) -> Rendering:
        visit = in_audience(self._visit, wanted)
        view = wanted.part.view(visit, wanted.parameters)
        html = visit.console.renderer.render(wanted.part.template, view, visit.frame(wanted.part.room))
        LIVE_RENDERINGS.labels(wanted.name).inc()
        message = event("part", {"part": wanted.key, "html": html})
        return Rendering(message=message, digest=hashlib.blake2b(message, digest_size=16).digest())

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await anyio.to_thread.run_sync(work, limiter=self._live.limiter)


def audience_of(visit: Visit, wanted: Wanted) -> tuple[object, ...]:
    """Who sees the same."""
    scope = scope_of(visit)
    return scope if wanted.part.is_shared else (*scope, visit.visitor.staff_id)


def scope_of(visit: Visit) -> tuple[object, ...]:
    """On which depends what somebody may see."""
    return (visit.visitor.municipality_id, visit.visitor.department_id, visit.visitor.role)


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


ENDED, RELOAD = event("ended"), event("reload")


async def _wait(woken: asyncio.Event, seconds: float) -> None:
    """Until it is woken, or the time is over."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(woken.wait(), seconds)
    woken.clear()
