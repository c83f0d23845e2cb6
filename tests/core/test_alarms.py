"""Alarms go off at their time, and not when they were called off."""

import threading
import time

from core.alarms import Alarms


def test_alarm_goes_off_while_its_block_lasts() -> None:
    alarms, rang = Alarms(), threading.Event()
    with alarms.after(0.0, rang.set):
        assert rang.wait(10)


def test_block_that_ends_before_calls_it_off_and_no_other() -> None:
    alarms, rang, other = Alarms(), threading.Event(), threading.Event()
    with alarms.after(0.15, other.set):
        with alarms.after(0.1, rang.set):
            pass
        assert other.wait(10)
    assert not rang.is_set()


def test_sooner_alarm_does_not_wait_for_one_that_was_set_before() -> None:
    alarms, rang = Alarms(), threading.Event()
    started = time.monotonic()
    with alarms.after(60.0, lambda: None), alarms.after(0.05, rang.set):
        assert rang.wait(10)
    assert time.monotonic() - started >= 0.05
