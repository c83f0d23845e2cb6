"""Debian's Chromium, driven by Playwright; nothing is downloaded."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.databases import require

if TYPE_CHECKING:
    from playwright.sync_api import Browser

KINDS = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")
"""Without windows of its own a browser shows the same pages for two thirds of the processor time."""
CHROMIUM = Path(os.environ.get("CHROMIUM") or next((kind for kind in KINDS if Path(kind).exists()), KINDS[-1]))
# Each window would begin with pages of Chromium's own, and with a process in reserve. Naming some features to leave out takes the place of
# Playwright's own names, so those that keep pages alike from run to run are repeated.
LEFT_OUT = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "SpareRendererForSitePerProcess",
    "AimEnabled",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "OptimizationHints",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
)
ARGUMENTS = [
    f"--disable-features={','.join(LEFT_OUT)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def started_browser() -> Iterator["Browser"]:
    require(CHROMIUM.exists(), f"Chromium ({CHROMIUM})")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as session:
        browser = session.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()
