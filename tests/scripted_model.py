"""A language model that answers from a script, for talks."""

from collections.abc import Sequence
from typing import Any

from core.language_model import FailureKind, ModelFailure, ModelReply, Shape

Line = dict[str, Any] | FailureKind


class ScriptedModel:
    """Not there while its script is None; otherwise each line answers one question, and a question without a line is a failure."""

    def __init__(self) -> None:
        self.script: list[Line] | None = None
        self.asked: list[str] = []

    def begin(self, script: Sequence[Line] | None) -> None:
        self.script = None if script is None else list(script)
        self.asked = []

    def warm(self) -> None:
        """Nothing to load."""

    def ask(self, system: str, user: str, shape: type[Shape], *, seconds: float = 5.0) -> ModelReply[Shape]:
        self.asked.append(user)
        assert self.script, f"the scenario has no line for this question to the model: {user}"
        line = self.script.pop(0)
        if isinstance(line, FailureKind):
            raise ModelFailure(line)
        return ModelReply(value=shape.model_validate(line), prompt_tokens=100, completion_tokens=20)
