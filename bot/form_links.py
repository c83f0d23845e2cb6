"""Addresses of the pages without a login."""

PREFIX = "/forms"
DATA_PREFIX = "/my-data"
DRAFT_PREFIX = "/drafts"


def form_address(public_url: str | None, token: str) -> str:
    """Empty where residents can't reach this server."""
    return f"{public_url}{PREFIX}/{token}" if public_url else ""


def data_address(public_url: str | None, token: str) -> str:
    """Of わたしのデータ; empty as above."""
    return f"{public_url}{DATA_PREFIX}/{token}" if public_url else ""


def draft_address(public_url: str | None, token: str) -> str:
    """Of what is shown at the counter; empty as above."""
    return f"{public_url}{DRAFT_PREFIX}/{token}" if public_url else ""
