"""Photos and files: what they are, what is kept of them, who may open them and how long."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from PIL import Image
from sqlalchemy import select
from starlette.testclient import TestClient

from bot.line.client import Fetched, Gone, Later, LineClient, TooLarge
from bot.media import LINK_DAYS, MediaState, MediaStore
from bot.media_jobs import drop_expired, sweep
from bot.media_kinds import LARGEST, Kind, Problem, UnfitFileError, examined, problem_in_words, safe_name, sniff
from bot.media_pages import create_media_pages
from bot.preparing import ensure_municipality
from core.database import Database
from core.encryption import Keyring
from core.pack_loading import load_pack
from handoff.desk_models import Media
from handoff.models import Case, CaseReason, CaseState
from tests.town import MUNICIPALITY

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
RING = Keyring("a secret of the tests that is long enough")
ORIGIN = "https://madoguchi.example.jp"


def photo(kind: str = "JPEG", size: tuple[int, int] = (30, 20)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "red").save(written, kind)
    return written.getvalue()


def with_exif() -> bytes:
    """Taken with the camera turned, at a place on the map."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "a camera"
    exif.get_ifd(0x8825)[2] = (34.0, 58.0, 12.0)
    written = io.BytesIO()
    Image.new("RGB", (40, 20), "blue").save(written, "JPEG", exif=exif)
    return written.getvalue()


def office(*names: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return written.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (photo(), Kind.JPEG),
        (photo("PNG"), Kind.PNG),
        (photo("GIF"), Kind.GIF),
        (photo("WEBP"), Kind.WEBP),
        (b"%PDF-1.7\n", Kind.PDF),
        (b"\0\0\0\x18ftypisom\0\0", Kind.MP4),
        (b"\0\0\0\x18ftypM4A \0\0", Kind.M4A),
        (office("[Content_Types].xml", "word/document.xml"), Kind.WORD),
        (office("[Content_Types].xml", "xl/workbook.xml"), Kind.EXCEL),
        (office("[Content_Types].xml", "ppt/presentation.xml"), Kind.SLIDES),
    ],
)
def test_kind_is_told_by_the_bytes(data: bytes, kind: Kind) -> None:
    assert sniff(data) is kind


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", Problem.EMPTY),
        (b"MZ\x90\0 a program", Problem.UNKNOWN_KIND),
        (b"<html><script>", Problem.UNKNOWN_KIND),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", Problem.UNKNOWN_KIND),
        (b"\0\0\0\x18ftypheic\0\0", Problem.UNKNOWN_KIND),
        (office("a.txt"), Problem.UNKNOWN_KIND),
        (office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), Problem.MACRO),
        (b"PK\x03\x04 no archive", Problem.BROKEN),
        (photo()[:60], Problem.BROKEN),
        (b"%PDF-" + b"x" * LARGEST[Kind.PDF], Problem.TOO_LARGE),
    ],
)
def test_what_is_not_taken_is_refused_with_a_reason(data: bytes, problem: Problem) -> None:
    with pytest.raises(UnfitFileError) as raised:
        examined(data)
    assert raised.value.problem is problem
    assert problem_in_words(problem.value) != problem.value


def test_nothing_but_the_picture_is_left_of_a_photo_and_it_stands_upright() -> None:
    original = with_exif()
    assert b"a camera" in original
    kept = examined(original)
    with Image.open(io.BytesIO(kept.data)) as opened:
        assert dict(opened.getexif()) == {}
        assert opened.size == (20, 40)
    assert b"a camera" not in kept.data
    assert kept.preview is not None
    assert b"a camera" not in kept.preview


def test_text_hidden_in_a_png_goes() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", "秘密の住所")
    written = io.BytesIO()
    Image.new("RGBA", (5, 5)).save(written, "PNG", pnginfo=info)
    kept = examined(written.getvalue())
    with Image.open(io.BytesIO(kept.data)) as opened:
        assert "Comment" not in opened.info
        assert opened.mode == "RGBA"


def test_picture_of_too_many_dots_is_refused_before_it_is_drawn() -> None:
    data = photo("PNG", (9000, 9000))
    with pytest.raises(UnfitFileError) as raised:
        examined(data)
    assert raised.value.problem is Problem.TOO_LARGE


def test_preview_is_small_enough_for_line() -> None:
    kept = examined(photo("PNG", (3000, 2500)))
    assert kept.preview is not None
    assert len(kept.preview) <= 1024 * 1024
    with Image.open(io.BytesIO(kept.preview)) as opened:
        assert max(opened.size) <= 1024


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("申請書.docx", "申請書.pdf"),
        ("../../etc/passwd", "etc_passwd.pdf"),
        ("a\x00b\r\nc.pdf", "ab_c.pdf"),
        ("絵.svg.exe", "絵.svg.pdf"),
        ("", "pdf.pdf"),
        (None, "pdf.pdf"),
        (".." * 40, "pdf.pdf"),
        ("長" * 300, "長" * 80 + ".pdf"),
        ("見積\u202efdp.exe", "見積fdp.pdf"),
    ],
)
def test_name_is_safe_and_ends_as_its_bytes_call_for(name: str | None, expected: str) -> None:
    assert safe_name(name, Kind.PDF) == expected


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media", RING, ORIGIN)


@pytest.fixture
def case_id(database: Database) -> int:
    with database.transaction() as session:
        ensure_municipality(session, load_pack(MUNICIPALITY))
        case = Case(
            declined=[],
            routing=[],
            municipality_id=MUNICIPALITY,
            reason=CaseReason.BY_HAND,
            title="x",
            packet={},
            state=CaseState.HELD,
            opened_at=NOW,
        )
        session.add(case)
        session.flush()
        return case.id


def keep(database: Database, store: MediaStore, case_id: int, data: bytes, name: str = "写真.png") -> Media:
    with database.transaction() as session:
        return store.take_upload(session, session.get_one(Case, case_id), name, data, now=NOW)


def test_bytes_lie_encrypted(database: Database, store: MediaStore, case_id: int, tmp_path: Path) -> None:
    row = keep(database, store, case_id, b"%PDF-1.7 the secret words")
    files = [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
    assert len(files) == 1
    assert b"secret" not in files[0].read_bytes()
    assert store.read(row) == b"%PDF-1.7 the secret words"


@pytest.fixture
def pages(database: Database, store: MediaStore) -> Iterator[tuple[TestClient, list[datetime]]]:
    moment = [NOW]
    with TestClient(create_media_pages(database, store, lambda: moment[0])) as client:
        yield client, moment


def path_of(link: str) -> str:
    assert link.startswith(ORIGIN + "/media/")
    return link.removeprefix(ORIGIN + "/media")


def test_link_opens_for_thirty_days(database: Database, store: MediaStore, case_id: int, pages: tuple[TestClient, list[datetime]]) -> None:
    client, moment = pages
    row = keep(database, store, case_id, photo("PNG"))
    path = path_of(store.link(row, now=NOW))
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("inline; filename*=UTF-8''%E5")
    assert answer.content == store.read(row)
    preview = client.get(path_of(store.link(row, now=NOW, is_preview=True)))
    assert preview.headers["content-type"] == "image/jpeg"
    moment[0] = NOW + timedelta(days=LINK_DAYS, seconds=-1)
    assert client.get(path).status_code == 200
    moment[0] = NOW + timedelta(days=LINK_DAYS, seconds=1)
    assert client.get(path).status_code == 404


def test_changed_link_opens_nothing(database: Database, store: MediaStore, case_id: int, pages: tuple[TestClient, list[datetime]]) -> None:
    client, _ = pages
    row, other = keep(database, store, case_id, photo("PNG")), keep(database, store, case_id, photo("PNG"))
    path = path_of(store.link(row, now=NOW))
    assert client.get(path).status_code == 200
    _, number, until, part, signature, name = path.split("/")
    changed = [
        f"/{other.id}/{until}/{part}/{signature}/{name}",
        f"/{number}/{int(until) + 1}/{part}/{signature}/{name}",
        f"/{number}/{until}/preview/{signature}/{name}",
        f"/{number}/{until}/{part}/{signature[:-1]}A/{name}",
        f"/{number}/{10**30}/{part}/{signature}/{name}",
    ]
    assert [client.get(one).status_code for one in changed] == [404] * len(changed)
    stranger = MediaStore(Path("elsewhere"), Keyring("another secret that is long enough too"), ORIGIN)
    assert client.get(path_of(stranger.link(row, now=NOW))).status_code == 404


def test_documents_are_downloaded(database: Database, store: MediaStore, case_id: int, pages: tuple[TestClient, list[datetime]]) -> None:
    client, _ = pages
    row = keep(database, store, case_id, office("[Content_Types].xml", "word/document.xml"), "申請書.docx")
    answer = client.get(path_of(store.link(row, now=NOW)))
    assert answer.headers["content-disposition"].startswith("attachment;")


def test_dropped_file_is_gone_once_the_transaction_is_durable(
    database: Database, store: MediaStore, case_id: int, pages: tuple[TestClient, list[datetime]], tmp_path: Path
) -> None:
    client, _ = pages
    row = keep(database, store, case_id, photo("PNG"))
    path = path_of(store.link(row, now=NOW))

    def drop_and_fail() -> None:
        with database.transaction() as session:
            store.drop(session, session.get_one(Media, row.id))
            raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        drop_and_fail()
    assert client.get(path).status_code == 200
    with database.transaction() as session:
        store.drop(session, session.get_one(Media, row.id))
    assert client.get(path).status_code == 404
    assert not [one for one in (tmp_path / "media").rglob("*") if one.is_file()]


def test_files_go_when_their_time_is_over_but_not_those_of_open_cases(database: Database, store: MediaStore, case_id: int) -> None:
    row = keep(database, store, case_id, photo("PNG"))
    pack = load_pack(MUNICIPALITY)
    late = NOW + timedelta(days=500)
    assert drop_expired(database, store, MUNICIPALITY, late) == 0
    with database.transaction() as session:
        case = session.get_one(Case, case_id)
        case.state, case.closed_at = CaseState.CLOSED, NOW
        store.keep_until(session, pack, case, now=NOW)
    assert drop_expired(database, store, MUNICIPALITY, NOW + timedelta(days=pack.municipality.retention.media_days - 1)) == 0
    assert drop_expired(database, store, MUNICIPALITY, NOW + timedelta(days=pack.municipality.retention.media_days + 1)) == 1
    with database.reading() as session:
        assert session.scalars(select(Media.state).where(Media.id == row.id)).one() == MediaState.GONE


def test_files_without_a_row_are_swept_up(database: Database, store: MediaStore, case_id: int, tmp_path: Path) -> None:
    row = keep(database, store, case_id, photo("PNG"))
    left = tmp_path / "media" / MUNICIPALITY / "ff" / "65535"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_bytes(b"x")
    assert sweep(database, store) == 1
    assert not left.exists()
    assert store.read(row)


class ContentServer(BaseHTTPRequestHandler):
    """Answers as LINE does for contents: the id says what."""

    def do_GET(self) -> None:
        assert self.headers["Authorization"] == "Bearer token"
        message = re.fullmatch(r"/v2/bot/message/(\w+)/content", self.path)
        assert message is not None
        status = {"ready": 200, "long": 200, "preparing": 202, "never": 404, "gone": 410, "broken": 500}[message[1]]
        body = b"x" * 5000 if message[1] == "long" else b"bytes" if status == 200 else b""
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def line() -> Iterator[LineClient]:
    server = HTTPServer(("127.0.0.1", 0), ContentServer)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    client = LineClient("token", f"http://127.0.0.1:{server.server_port}")
    yield client
    client.close()
    server.shutdown()
    server.server_close()
    thread.join()


def test_content_is_told_from_what_is_still_prepared_or_gone(line: LineClient) -> None:
    assert line.content("ready", 100) == Fetched(data=b"bytes")
    assert line.content("long", 100) == TooLarge()
    assert isinstance(line.content("preparing", 100), Later)
    assert isinstance(line.content("broken", 100), Later)
    assert line.content("never", 100) == Gone()
    assert line.content("gone", 100) == Gone()


def test_unreachable_line_is_asked_again_later() -> None:
    assert isinstance(LineClient("token", "http://127.0.0.1:9").content("ready", 100), Later)
