"""PDF: order of reading, headings, tables, what is printed on every page, and that digits and names survive."""

import os
from pathlib import Path

import pytest

from core.errors import ImportRefusedError
from faq.documents.reading import ReadDocument, Reading, read_document
from tests.databases import require
from tests.faq.documents.pdfs import Sheet, pdf, printed_by_chromium, scanned_pdf

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FEES = [["品目", "大きさ", "手数料"], ["たんす", "高さ100cm未満", "1,000円"], ["たんす", "高さ100cm以上", "1,500円"]]
PRINTED = """<!doctype html><html lang="ja"><meta charset="utf-8"><title>粗大ごみの出し方</title>
<style>body{font:11pt "Noto Sans CJK JP"} td,th{border:1px solid;padding:2pt 6pt} table{border-collapse:collapse}
h1{font-size:20pt} h2{font-size:15pt} @page{margin:20mm} section{break-before:page}</style>
<h1>粗大ごみの出し方</h1>
<p>粗大ごみは、家庭から出る一番長い辺が50センチメートル以上の家具や道具です。担当は髙橋と西村民子です。
令和8年4月1日から料金が変わります。①電話か②窓口で申し込んでください。長いものは青い車で運びます。</p>
<h2>手数料</h2><table><tr><th>品目</th><th>大きさ</th><th>手数料</th></tr>
<tr><td rowspan="2">たんす</td><td>高さ100cm未満</td><td>1,000円</td></tr><tr><td>高さ100cm以上</td><td>1,500円</td></tr></table>
<section><h2>持ち物</h2><p>本人確認書類を持ってきてください。</p></section></html>"""


def read(content: bytes, *, skip_scanned: bool = False) -> ReadDocument:
    return read_document(Reading(name="手引き.pdf", skip_scanned=skip_scanned), content)


def page(number: int) -> Sheet:
    """With what is printed on every page of a booklet."""
    sheet = Sheet().write(60, 805, "緑市 くらしの手引き 令和8年度版", 9)
    return sheet.write(290, 30, f"- {number} -", 9)


def booklet() -> bytes:
    first, second, third = page(1), page(2), page(3)
    first.write(60, 750, "粗大ごみの出し方", 20)
    y = first.lines(
        60,
        710,
        [
            "粗大ごみは、家庭から出る一番長い辺が五十センチメートル以上の家具や道具で",
            "す。担当は髙橋と濵田です。",
            "　令和８年４月１日から料金が変わります。①電話、②窓口のどちらかで申し込",
            "んでください。Call us from 8:30 AM (Web ver. 2.0).",
        ],
    )
    first.write(60, y - 10, "手数料", 14)
    y = first.table(60, y - 30, [120, 120, 100], FEES)
    y = first.lines(60, y - 30, ["1　申し込み方"])
    first.lines(60, y, ["電話で申し込みます。収集日の前の週の金曜日までに、受付番号を控えて処理券を"])
    y = second.lines(60, 740, ["買ってください。"])
    y = second.lines(60, y - 10, ["(1) 大きさを測る", "(2) 電話する"])
    y = second.lines(60, y - 10, ["・電池を抜く", "・引き出しを空にする"])
    second.lines(60, y - 20, ["【問い合わせ】", "環境課　電話0490-00-2002"])
    for place, row in enumerate([["地区", "収集日", "担当"], ["中央", "第2金曜日", "鈴木"], ["港町", "第1火曜日", "佐藤"]]):
        for x, text in zip((60, 200, 330), row, strict=True):
            third.write(x, 740 - 18 * place, text)
    return pdf([first, second, third], title="Microsoft Word - gomi.docx")


def test_booklet_is_read_as_a_person_reads_it() -> None:
    found = read(booklet())
    assert found.title == "粗大ごみの出し方"
    assert found.warnings == ()
    assert found.body.split("\n\n") == [
        "<!-- place: 1ページ -->",
        "粗大ごみは、家庭から出る一番長い辺が五十センチメートル以上の家具や道具です。担当は髙橋と濵田です。",
        "令和８年４月１日から料金が変わります。①電話、②窓口のどちらかで申し込んでください。Call us from 8:30 AM (Web ver. 2.0).",
        "## 手数料",
        "| 品目 | 大きさ | 手数料 |\n| --- | --- | --- |\n| たんす | 高さ100cm未満 | 1,000円 |\n| たんす | 高さ100cm以上 | 1,500円 |",
        "### 1 申し込み方",
        "電話で申し込みます。収集日の前の週の金曜日までに、受付番号を控えて処理券を買ってください。",
        "<!-- place: 2ページ -->",
        "- (1) 大きさを測る\n- (2) 電話する\n- 電池を抜く\n- 引き出しを空にする",
        "### 【問い合わせ】",
        "環境課 電話0490-00-2002",
        "<!-- place: 3ページ -->",
        "| 地区 | 収集日 | 担当 |\n| --- | --- | --- |\n| 中央 | 第2金曜日 | 鈴木 |\n| 港町 | 第1火曜日 | 佐藤 |",
    ]


def test_printed_page_of_a_browser_is_read_with_all_names_and_digits(tmp_path: Path) -> None:
    require(CHROMIUM.exists(), f"Chromium ({CHROMIUM})")
    found = read(printed_by_chromium(CHROMIUM, PRINTED, tmp_path))
    assert found.title == "粗大ごみの出し方"
    text = "担当は髙橋と西村民子です。令和8年4月1日から料金が変わります。①電話か②窓口で申し込んでください。長いものは青い車で運びます。"
    assert text in found.body
    table = "| 品目 | 大きさ | 手数料 |\n| --- | --- | --- |\n| たんす | 高さ100cm未満 | 1,000円 |\n| たんす | 高さ100cm以上 | 1,500円 |"
    assert table in found.body
    assert "<!-- place: 2ページ -->\n\n## 持ち物\n\n本人確認書類を持ってきてください。" in found.body
    assert "file:" not in found.body


def test_single_printed_page_is_read_without_what_the_browser_adds(tmp_path: Path) -> None:
    require(CHROMIUM.exists(), f"Chromium ({CHROMIUM})")
    found = read(printed_by_chromium(CHROMIUM, PRINTED.replace("break-before:page", ""), tmp_path))
    assert "道具です。担当は髙橋と西村民子です。令和8年" in found.body
    assert "1/1" not in found.body
    assert found.body.endswith("本人確認書類を持ってきてください。")


def test_table_that_goes_on_over_the_page_is_one() -> None:
    first, second = Sheet().write(60, 780, "手数料の一覧", 16), Sheet()
    first.table(60, 740, [120, 120, 100], FEES)
    second.table(60, 780, [120, 120, 100], [FEES[0], ["いす", "すべて", "300円"]])
    assert read(pdf([first, second])).body.endswith("| たんす | 高さ100cm以上 | 1,500円 |\n| いす | すべて | 300円 |")


def test_merged_cells_keep_their_value_in_every_row() -> None:
    sheet = Sheet().write(60, 780, "手数料の一覧", 16)
    for y in (740, 720, 680):
        sheet.rule(60, y, 360, y)
    sheet.rule(180, 700, 360, 700)
    for x in (60, 180, 360):
        sheet.rule(x, 680, x, 740)
    for x, y, text in ((64, 726, "品目"), (184, 726, "手数料"), (64, 696, "たんす"), (184, 706, "1,000円"), (184, 686, "1,500円")):
        sheet.write(x, y, text)
    assert "| たんす | 1,000円 |\n| たんす | 1,500円 |" in read(pdf([sheet])).body


def test_two_columns_are_read_one_after_the_other() -> None:
    sheet = Sheet().write(60, 800, "市からのお知らせ", 20)
    left = [f"左の段の{number}行目は二十一文字になるように書くもの" for number in "一二三四五六"]
    right = [f"右の段の{number}行目は二十一文字になるように書くもの" for number in "一二三四五六"]
    sheet.lines(50, 750, left)
    sheet.lines(320, 750, right)
    body = read(pdf([sheet])).body
    assert body.index("左の段の六行目") < body.index("右の段の一行目")


def test_landscape_page_is_read_upright() -> None:
    sheet = Sheet(rotation=90)
    for place, text in enumerate(["横向きの案内です。", "次の行です。"]):
        sheet.write(100 + 20 * place, 100, text, 12, matrix="0 1 -1 0")
    body = read(pdf([sheet], title="横向き")).body
    assert body.index("横向きの案内です。") < body.index("次の行です。")


def test_watermark_and_furigana_are_left_out() -> None:
    sheet = Sheet().write(100, 300, "見本", 60, matrix="0.7 0.7 -0.7 0.7").write(60, 712, "そだい", 5)
    sheet.lines(60, 700, ["粗大ごみは申し込み制です。", "電話で申し込んでください。"])
    body = read(pdf([sheet], title="粗大ごみ")).body
    assert "見本" not in body
    assert "そだい" not in body
    assert "粗大ごみは申し込み制です。" in body


def test_scanned_pages_are_named_or_skipped_on_demand() -> None:
    mixed = with_picture(pdf([Sheet().write(60, 700, "文字のあるページです。")], title="手引き"))
    with pytest.raises(ImportRefusedError, match="2ページは画像だけ"):
        read(mixed)
    found = read(mixed, skip_scanned=True)
    assert "文字のあるページです。" in found.body
    assert found.warnings == ("2ページは画像だけか、文字を取り出せないため、飛ばしました。",)


def test_nothing_but_pictures_is_refused_with_the_remedy() -> None:
    for skip in (False, True):
        with pytest.raises(ImportRefusedError, match="OCR"):
            read(scanned_pdf(2), skip_scanned=skip)


def test_page_whose_characters_the_file_does_not_tell_is_named() -> None:
    garbled = Sheet().write(60, 700, "粗大t 1家庭{¹出»一番長い辺|50センチメートル以上~家具¶wす2料金{¹変わº~す2い³")
    with pytest.raises(ImportRefusedError, match="1ページは画像だけか、文字を取り出せません"):
        read(pdf([garbled, Sheet().write(60, 700, "文字のあるページです。")]))
    areas = Sheet()
    areas.lines(60, 700, ["面積は30m²、50m²、70m²、90m²、容積は5m³です。電話は±0分、料金は¥500、¥600、¥700です。"])
    assert "70m²" in read(pdf([areas])).body


def test_fees_at_the_edge_of_pages_are_no_page_numbers() -> None:
    sheets = []
    for number, fee in ((1, "500円"), (2, "700円"), (3, "300")):
        sheet = Sheet().write(60, 30, "証明書の手数料").write(300, 30, fee).write(60, 815, f"手引き {number + 4}", 9)
        sheets.append(sheet.write(60, 700, f"本文その{number}です。"))
    sheets[2].write(60, 50, "3").write(100, 50, "枚")
    body = read(pdf(sheets, title="手数料")).body
    for kept in ("500円", "700円", "300", "3 枚"):
        assert kept in body
    assert "手引き" not in body


def test_too_many_pages_are_refused() -> None:
    with pytest.raises(ImportRefusedError, match="501ページあります。500ページ以内"):
        read(pdf([Sheet().write(60, 700, "あ")] * 501))


def with_picture(content: bytes) -> bytes:
    """One more page, that is a picture."""
    import io

    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    document.import_pages(pypdfium2.PdfDocument(scanned_pdf()))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
