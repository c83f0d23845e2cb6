"""A message that was taken back takes its answers out of what is being filled in. Pure."""

from collections.abc import Collection
from dataclasses import replace

from procedures.conditions import Plain
from procedures.progress import Progress
from procedures.state import Filling

HEARD = "~heard"
SCRATCH = "~scratch"


def sourced(before: Filling, after: Filling, messages: Collection[str]) -> Filling:
    """Remembers which messages an answer came from; what stands no longer needs no origin."""
    sources = {name: origin for name, origin in {**before.sources, **after.sources}.items() if _stands(after, name)}
    for name in _changed(before, after):
        sources[name] = tuple(dict.fromkeys((*sources.get(name, ()), *messages)))
    return replace(after, sources=sources)


def without_message(progress: Progress, message: str, media: Collection[int]) -> Filling:
    """Without what it said; `media` are files that came with it. The question that was asked last stays the one that is answered next."""
    state = progress.state
    told = {name for name, origin in state.sources.items() if message in origin}
    answers: dict[str, Plain] = {}
    for name, value in state.answers.items():
        kept = [one for one in value if one.get("media") not in media] if _is_photos(value) else value
        if (name not in told or _is_photos(value)) and kept:
            answers[name] = kept
        elif name not in told and not _is_photos(value):
            answers[name] = value
    asked = progress.pending.name if progress.pending is not None and progress.pending.name not in told else state.revisiting
    return replace(
        state,
        answers=answers,
        heard="" if HEARD in told else state.heard,
        scratch=None if SCRATCH in told else state.scratch,
        scratch_of="" if SCRATCH in told else state.scratch_of,
        open_field=state.open_field if state.open_field in answers else "",
        revisiting=asked if answers != dict(state.answers) else state.revisiting,
        sources={name: origin for name, origin in state.sources.items() if name not in told},
    )


def _changed(before: Filling, after: Filling) -> list[str]:
    changed = [name for name, value in after.answers.items() if before.answers.get(name) != value]
    if after.heard and after.heard != before.heard:
        changed.append(HEARD)
    if after.scratch is not None and after.scratch != before.scratch:
        changed.append(SCRATCH)
    return changed


def _stands(state: Filling, name: str) -> bool:
    beside = {HEARD: bool(state.heard), SCRATCH: state.scratch is not None}
    return beside.get(name, name in state.answers)


def _is_photos(value: Plain) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) and "media" in one for one in value)
