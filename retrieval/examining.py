"""Whether the configured language model can be used, for whoever sets an installation up."""

from core.language_model import SECONDS, FailureKind, Model, ModelFailure
from retrieval.joining import ModelAnswer, examination


def examine_model(model: Model, *, seconds: float = SECONDS) -> FailureKind | None:
    """Asks something without content in the way in which residents' questions are asked; tells what went wrong."""
    model.warm()
    try:
        model.ask(*examination(), ModelAnswer, seconds=seconds)
    except ModelFailure as failure:
        return failure.kind
    return None
