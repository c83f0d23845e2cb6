"""Addresses of the pages without a login."""

PREFIX = "/forms"


def form_address(public_url: str | None, token: str) -> str:
    """Empty where residents can't reach this server."""
    return f"{public_url}{PREFIX}/{token}" if public_url else ""
