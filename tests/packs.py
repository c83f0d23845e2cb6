"""The packs that tests look at."""

from pathlib import Path

from core.pack_loading import CONTENT

ROOT = Path(__file__).resolve().parents[1]
PACKS = sorted(path.parent.name for path in CONTENT.glob("*/municipality.yaml"))
