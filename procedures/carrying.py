"""Carrying a filling over to the version of its procedure that is in force, so that nobody is asked for a fee that is over. Pure."""

from dataclasses import replace

from procedures.definition import Definition
from procedures.state import Filling


def carried_over(state: Filling, before: Definition | None, now: Definition, digest: str) -> Filling:
    """With the answers whose fields are still of the same type; filling itself judges each anew and asks again what no longer holds.

    `before` is the version with which it was begun, None where nobody knows that any more. What completes or changes an application
    keeps its version.
    """
    if state.digest == digest or state.application_id is not None:
        return state
    kept = {name: value for name, value in state.answers.items() if _is_alike(name, before, now)}
    unchanged = {name for name in kept if before is not None and before.by_name.get(name) == now.by_name[name]}
    is_asked_alike = state.open_field in unchanged or (not state.open_field and state.scratch_of in {*unchanged, ""})
    return replace(
        state,
        digest=digest,
        answers=kept,
        skipped=tuple(name for name in state.skipped if name in now.by_name),
        revisiting=state.revisiting if state.revisiting in now.by_name else "",
        open_field=state.open_field if is_asked_alike else "",
        scratch=state.scratch if is_asked_alike else None,
        scratch_of=state.scratch_of if is_asked_alike else "",
    )


def _is_alike(name: str, before: Definition | None, now: Definition) -> bool:
    field = now.by_name.get(name)
    earlier = before.by_name.get(name) if before is not None else None
    return field is not None and (earlier is None or earlier.type == field.type)
