"""How much a run does: the short one that everybody starts, or the long campaign of `make test-long`."""

import os

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "short")


def is_long() -> bool:
    return PROFILE == "long"
