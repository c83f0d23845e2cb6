"""/api/v1: the status, and a documentation that needs no other server."""

import re
from datetime import UTC, datetime

import httpx
import pytest

from console.api import create_api
from core.database import Database
from core.models import Municipality
from core.pack_loading import load_pack
from tests.client import Client


@pytest.fixture
def client(database: Database) -> Client:
    with database.transaction() as session:
        session.add(Municipality(id="shiomi", name="汐見市", created_at=datetime.now(UTC)))
    return Client(create_api(database, [load_pack("shiomi")], "light", lambda: datetime.now(UTC)))


def test_status_tells_what_is_published(client: Client) -> None:
    answer: httpx.Response = client.get("/status")
    assert answer.json()["municipalities"] == [{"id": "shiomi", "name": "汐見市", "entries": 0}]
    assert answer.json()["search_mode"] == "light"


def test_documentation_names_the_status_and_comes_whole_from_here(client: Client) -> None:
    assert "/status" in client.get("/openapi.json").json()["paths"]
    page = client.get("/docs")
    assert not re.search(r"""(?:src|href)=["']https?://""", page.text)
    assert "script-src 'self'" in page.headers["content-security-policy"]
