"""Files as offices have them, and files that are something else."""

import codecs
from pathlib import Path

import pytest

from core.errors import ImportRefusedError
from faq.reading import read_table, table_of
from faq.tables import Table, column_letters
from tests.faq.workbooks import archive_of, xls, xlsx

TEXT = 'id,question,answer\r\n0,髙橋さんの①番は？,"一行目\r\n二行目、""引用"""\r\n'
EXPECTED = [["id", "question", "answer"], ["0", "髙橋さんの①番は？", '一行目\n二行目、"引用"']]


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("cp932"),
        TEXT.replace("\r\n", "\n").encode(),
        TEXT.replace(",", "\t").encode(),
        TEXT.replace(",", "\t").encode("utf-16"),
        ("\r\n\r\n" + TEXT).encode(),
    ],
    ids=["utf-8", "bom", "cp932", "unix", "tab", "utf-16", "blank lines"],
)
def test_text_is_read_in_the_encodings_of_offices(content: bytes) -> None:
    assert texts(table_of("a.csv", content)) == EXPECTED


def test_excel_is_read_as_a_person_sees_it() -> None:
    rows = [["id", "question", "answer", "checked_on"], [1.0, "質問", "一\n二", None], ["001", 1.5, True, None]]
    assert texts(table_of("a.xlsx", xlsx(rows)))[1:] == [["1", "質問", "一\n二", ""], ["001", "1.5", "TRUE", ""]]
    assert texts(table_of("a.xls", xls([["id", "question"], [1.0, "質問"]]))) == [["id", "question"], ["1", "質問"]]


def test_addresses_are_those_of_the_sheet() -> None:
    table = table_of("a.xlsx", xlsx([[], [None, None, "id"], [], [None, None, "a"]]))
    assert [[cell.address for cell in row if cell.text] for row in table.rows] == [["C2"], ["C4"]]
    table = table_of("a.csv", b'id\n\n"a\nb"\nc\n')
    assert [row[0].address for row in table.rows] == ["A1", "A3", "A4"]


@pytest.mark.parametrize(("number", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA")])
def test_letters_of_columns(number: int, letters: str) -> None:
    assert column_letters(number) == letters


def test_half_width_katakana_is_no_sign_of_another_encoding() -> None:
    content = "番号,質問,回答\n1,ｺﾞﾐの日はいつですか,ｶﾚﾝﾀﾞｰを見てください。\n".encode("cp932")
    assert texts(table_of("a.csv", content))[1][1] == "ｺﾞﾐの日はいつですか"


def test_hidden_and_further_sheets_are_not_mixed_in() -> None:
    content = xlsx([["隠れた表"]], more=[("質問集", [["id"]]), ("控え", [["x"]])], hidden=True)
    table = table_of("a.xlsx", content)
    assert (table.sheet, table.other_sheets, texts(table)) == ("質問集", ("控え",), [["id"]])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "空です"),
        (codecs.BOM_UTF8 + b"\r\n \r\n", "空です"),
        (b",,\r\n,,\r\n", "空です"),
        (xlsx([[]]), "空です"),
        (b"%PDF-1.7 ...", "PDFです。CSV か Excel"),
        (b"\x89PNG\r\n\x1a\n\0\0", "画像です"),
        (b"\n<!DOCTYPE html><html>", "ウェブページです"),
        (bytes(range(256)) * 8, "文字のファイルではない形式です"),
        (archive_of("a.csv"), "圧縮ファイル"),
        (archive_of("word/document.xml"), "Excel ではない文書"),
        (archive_of("xl/workbook.xml"), "壊れている"),
        (xlsx([["id"]])[:3000], "壊れている"),
        (xls([["id"]])[:1500], "壊れている"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "パスワード"),
        ("id,question,answer\n1,これは途中で".encode() + b"\xe3\x81", "文字コード.*2行目"),
        ("id,質問\n1,".encode("cp932") + b"\xfd\xfd\n", "文字コード.*2行目"),
        ("番号,質問,回答\n1,住民票の写しはどこで取れますか,市民課です\n".encode("euc_jp"), "文字コード"),
        ('id,question,answer\n1,"閉じない,回答\n2,b,c\n'.encode(), "引用符"),
        (b'id,question,answer\n1,"a"b,c\n', "2行目.*引用符"),
    ],
)
def test_a_wrong_file_is_refused_with_what_to_do(content: bytes, expected: str) -> None:
    with pytest.raises(ImportRefusedError, match=expected) as refused:
        table_of("質問集.csv", content)
    assert "ください" in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match=r"none\.csv.*ありません"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(ImportRefusedError, match="フォルダー"):
        read_table(tmp_path)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "a.csv").open("wb") as file:
        file.truncate(60 * 1024 * 1024)
    with pytest.raises(ImportRefusedError, match="大きすぎます"):
        read_table(tmp_path / "a.csv")
