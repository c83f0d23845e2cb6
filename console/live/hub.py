"""Who follows what, and the one reader of changes that tells them; nothing here knows of HTTP."""

import asyncio
import contextlib
import threading
from collections.abc import Iterable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.changes import News, listening, newest_number, news_after
from core.database import Database
from core.metrics import LIVE_STREAMS
from core.notifications import Notifications

ASK_SECONDS = 0.5
"""Pause after which the database is asked without a hint: a lost one costs at most this."""

log = structlog.get_logger()


class Follower:
    """One open page. What it has not been told yet is a set of topics, so that a slow one costs no more memory than a quick one."""

    def __init__(self, municipality_id: str, topics: Iterable[str], number: int) -> None:
        self.municipality_id = municipality_id
        self.topics = frozenset(topics)
        self.woken = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._news = News(topics=frozenset(), number=number)
        self._is_behind = False

    def tell(self, news: News) -> None:
        """From any thread. Wakes the page where something of its topics changed."""
        mine = news.topics & self.topics
        with self._lock:
            self._news = News(topics=self._news.topics | mine, number=max(self._news.number, news.number))
        if mine:
            self.wake()

    def tell_gap(self) -> None:
        """Changes were missed for good."""
        self._is_behind = True
        self.wake()

    def wake(self) -> None:
        # The loop may have ended with its server.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.woken.set)

    @property
    def is_behind(self) -> bool:
        return self._is_behind

    def take(self) -> News:
        """What it has not been told, which it then has."""
        with self._lock:
            news = self._news
            self._news = News(topics=frozenset(), number=news.number)
        return news


class Hub:
    """Reads each change once for all the pages of this process, in a thread that lives while somebody follows."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._followers: set[Follower] = set()
        self._read: dict[str, int] = {}
        """By municipality: the number up to which followers were told."""
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._thread: threading.Thread | None = None
        self.is_stopping = False

    def follow(self, follower: Follower, number: int) -> None:
        """Told of every change after the number, or that some of them are gone. Reads the database."""
        with self._lock:
            self._followers.add(follower)
            LIVE_STREAMS.set(len(self._followers))
            if self._thread is None and not self.is_stopping:
                self._thread = threading.Thread(target=self._tell, name="live", daemon=True)
                self._thread.start()
        municipality_id = follower.municipality_id
        with self._database.reading() as session:
            newest = newest_number(session, municipality_id)
        with self._lock:
            self._read.setdefault(municipality_id, newest)
        # From here on the thread tells what comes; what came before is read now, so that nothing falls in between.
        with self._database.reading() as session:
            news = news_after(session, municipality_id, number)
        if news is None:
            follower.tell_gap()
        else:
            follower.tell(news)

    def leave(self, follower: Follower) -> None:
        with self._lock:
            self._followers.discard(follower)
            LIVE_STREAMS.set(len(self._followers))
        self._woken.set()

    def stop(self) -> None:
        """Open streams end at once, so that the server's stop need not wait for them."""
        self.is_stopping = True
        with self._lock:
            followers = tuple(self._followers)
        for follower in followers:
            follower.wake()
        self._woken.set()

    def _tell(self) -> None:
        with contextlib.ExitStack() as stack:
            stack.enter_context(listening(self._woken.set))
            if not self._database.is_sqlite:
                notifications = Notifications(self._database.url)
                notifications.start()
                stack.callback(notifications.stop)
            while self._is_needed():
                self._woken.wait(ASK_SECONDS)
                self._woken.clear()
                try:
                    self._read_news()
                except SQLAlchemyError as error:
                    log.warning("changes_not_read", error=type(error).__name__)

    def _is_needed(self) -> bool:
        with self._lock:
            if self._followers and not self.is_stopping:
                return True
            self._thread = None
            self._read.clear()
            return False

    def _read_news(self) -> None:
        with self._lock:
            followers, read = tuple(self._followers), dict(self._read)
        for municipality_id, seen in read.items():
            there = [follower for follower in followers if follower.municipality_id == municipality_id]
            if not there:
                continue
            with self._database.reading() as session:
                news = news_after(session, municipality_id, seen)
                newest = news.number if news is not None else newest_number(session, municipality_id)
            with self._lock:
                self._read[municipality_id] = newest
            for follower in there:
                if news is None:
                    follower.tell_gap()
                elif news.topics:
                    follower.tell(news)
