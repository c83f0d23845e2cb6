"""A service that fails is left alone for a while, then tried by one."""

from core.circuit import Circuit


class Watch:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_it_opens_after_failures_in_a_row_only() -> None:
    circuit = Circuit(failures=3, rest_seconds=60, clock=Watch())
    for _ in range(2):
        circuit.failed()
    circuit.succeeded()
    for _ in range(2):
        circuit.failed()
    assert circuit.may_ask()
    circuit.failed()
    assert circuit.is_open
    assert not circuit.may_ask()


def test_after_the_rest_one_tries_while_the_others_wait() -> None:
    watch = Watch()
    circuit = Circuit(failures=1, rest_seconds=60, clock=watch)
    circuit.failed()
    watch.seconds += 59.9
    assert not circuit.may_ask()
    watch.seconds += 0.2
    assert [circuit.may_ask() for _ in range(3)] == [True, False, False]
    circuit.succeeded()
    assert circuit.may_ask()
    assert not circuit.is_open


def test_a_failed_try_begins_another_rest() -> None:
    watch = Watch()
    circuit = Circuit(failures=3, rest_seconds=60, clock=watch)
    for _ in range(3):
        circuit.failed()
    watch.seconds += 61
    assert circuit.may_ask()
    circuit.failed()
    watch.seconds += 59
    assert not circuit.may_ask()
