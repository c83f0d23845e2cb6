"""Which photos and files the answers name. Pure."""

from collections.abc import Mapping

from procedures.conditions import Plain


def media_in(answers: Mapping[str, Plain]) -> tuple[int, ...]:
    """Numbers of their rows, in the order of the answers."""
    found: list[int] = []
    for value in answers.values():
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, dict) and isinstance(one.get("media"), int):
                found.append(one["media"])
    return tuple(dict.fromkeys(found))
