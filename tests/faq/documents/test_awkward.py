"""Files that are broken, locked, hostile or something else: each is refused with a sentence that says what to do."""

import io
import zipfile
from collections.abc import Callable

import pytest
from docx import Document

from core.errors import ImportRefusedError
from faq.documents import apart
from faq.documents.apart import read_apart
from faq.documents.limits import SIZE_LIMIT
from faq.documents.reading import Reading, read_document
from faq.documents.sniffing import OLE
from tests.faq.documents.pdfs import Sheet, encrypted_pdf, pdf

TYPES = "[Content_Types].xml"


def word() -> bytes:
    document = Document()
    document.add_heading("案内", 0)
    document.add_paragraph("本文です。")
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def changed(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            data = source.read(info)
            target.writestr(info.filename, change(data) if info.filename == name else data)
    return out.getvalue()


def bomb() -> bytes:
    """A few hundred kilobytes that unpack to more than the limit."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        target.writestr(TYPES, "<Types/>")
        for number in range(5):
            with target.open(f"word/{number}.xml", "w") as part:
                for _ in range(45):
                    part.write(b" " * 1024 * 1024)
    return out.getvalue()


def with_entities(data: bytes) -> bytes:
    return data.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>', 1)


def other_archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("photo.jpg", "x")
    return out.getvalue()


def locked_archive() -> bytes:
    """Flagged as encrypted in its directory."""
    content = bytearray(word())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def container(stream: str) -> bytes:
    return OLE + b"\0" * 600 + stream.encode("utf-16-le") + b"\0" * 600


CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "空です"),
    "blank": (lambda: b" \n\0\0", "空です"),
    "broken-zip": (lambda: word()[:2000], "壊れている"),
    "broken-directory": (lambda: b"PK\x05\x06" + b"\0" * 18, "壊れている"),
    "broken-pdf": (lambda: pdf([Sheet().write(60, 700, "あ")])[:300], "壊れている"),
    "empty-pdf": (lambda: pdf([Sheet()]), "文字がありません"),
    "locked-pdf": (encrypted_pdf, "パスワードを外して"),
    "locked-word": (lambda: container("EncryptedPackage"), "パスワードを外して"),
    "locked-zip": (locked_archive, "パスワードを外して"),
    "old-word": (lambda: container("WordDocument"), "古い形式"),
    "old-excel": (lambda: container("Workbook"), "古い形式"),
    "bomb": (bomb, "開くと大きくなりすぎます"),
    "entities": (lambda: changed(word(), "word/document.xml", with_entities), "文書型宣言"),
    "html-entities": (lambda: b'<!doctype html [<!ENTITY a "x">]><p>x</p>', "文書型宣言"),
    "no-main-part": (lambda: changed(word(), "_rels/.rels", lambda _: b"<x/>"), "壊れている"),
    "bad-xml": (lambda: changed(word(), "word/document.xml", lambda data: data[:-40]), "壊れている"),
    "other-zip": (other_archive, "圧縮ファイル（ZIP）なので読めません"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "画像なので読めません"),
    "rich-text": (lambda: b"{\\rtf1 x}", "リッチテキスト"),
    "binary": (lambda: b"MZ\x90\0\x03" * 30, "文字のファイルではない形式"),
    "encoding": (lambda: b"\x81\xff\xfe\x80" * 20, "文字コードが読めません"),
    "large": (lambda: b"x" * (SIZE_LIMIT + 1), "20 MB 以下"),
}


@pytest.mark.parametrize("case", CASES)
def test_file_is_refused_with_the_remedy(case: str) -> None:
    make, sentence = CASES[case]
    content = make()
    with pytest.raises(ImportRefusedError, match=sentence) as refused:
        read_document(Reading(name="案内.docx"), content)
    assert str(refused.value).startswith("「案内.docx」")
    assert "Error" not in str(refused.value)


def test_good_file_of_the_same_making_is_read() -> None:
    assert read_document(Reading(name="案内.docx"), changed(word(), TYPES, lambda data: data)).body == "本文です。"


def test_process_apart_reads_and_refuses_alike() -> None:
    assert read_apart(Reading(name="案内.docx"), word()) == read_document(Reading(name="案内.docx"), word())
    with pytest.raises(ImportRefusedError, match="パスワードを外して"):
        read_apart(Reading(name="案内.pdf"), encrypted_pdf())


def test_file_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(ImportRefusedError, match="読み終わりませんでした"):
        read_apart(Reading(name="案内.docx"), word(), seconds=0.01)


@pytest.mark.parametrize(("code", "sentence"), [("import os; os.abort()", "壊れている"), ("import sys; sys.exit(4)", "メモリが足りません")])
def test_crash_of_the_reader_is_a_sentence_and_nothing_more(monkeypatch: pytest.MonkeyPatch, code: str, sentence: str) -> None:
    original = apart.subprocess.run

    def crash(command: list[str], **options: object) -> object:
        return original([command[0], "-c", code], **options)  # type: ignore[call-overload]

    with monkeypatch.context() as patch:
        patch.setattr(apart.subprocess, "run", crash)
        with pytest.raises(ImportRefusedError, match=sentence):
            read_apart(Reading(name="案内.docx"), word())
    assert read_apart(Reading(name="案内.docx"), word()).body == "本文です。"


def test_reader_knows_no_secret_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, object] = {}
    original = apart.subprocess.run

    def look(command: list[str], **options: object) -> object:
        seen.update(options)
        return original(command, **options)  # type: ignore[call-overload]

    monkeypatch.setenv("SECRET_KEY", "a secret")
    monkeypatch.setattr(apart.subprocess, "run", look)
    read_apart(Reading(name="案内.docx"), word())
    environment = seen["env"]
    assert isinstance(environment, dict)
    assert "SECRET_KEY" not in environment
