"""Word, PowerPoint and Excel: headings, lists, tables, what is hidden, and results of formulas."""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl import Workbook
from PIL import Image
from pptx import Presentation
from pptx.presentation import Presentation as Slides
from pptx.util import Inches

from core.errors import ImportRefusedError
from faq.documents.reading import ReadDocument, Reading, read_document
from faq.documents.workbooks import shown
from tests.faq.documents.pdfs import scanned_pdf


def saved(document: WordDocument | Slides | Workbook) -> bytes:
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def read(name: str, content: bytes, *, skip_scanned: bool = False) -> ReadDocument:
    return read_document(Reading(name=name, skip_scanned=skip_scanned), content)


def word_with_table(rows: Sequence[Sequence[str]]) -> WordDocument:
    document = Document()
    document.add_heading("粗大ごみの出し方", 0)
    document.add_paragraph("粗大ごみは①申し込み制です。担当は髙橋です。")
    document.add_heading("手数料", 1)
    table = document.add_table(len(rows), len(rows[0]))
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    return document


def test_word_keeps_headings_lists_and_merged_cells() -> None:
    document = word_with_table([["品目", "手数料", ""], ["", "窓口", "郵送"], ["たんす", "1,000円", "1,200円"], ["", "500円", "700円"]])
    table = document.tables[0]
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(2, 0).merge(table.cell(3, 0))
    document.add_heading("申し込み方", 2)
    document.add_paragraph("測る", style="List Number")
    document.add_paragraph("電話する", style="List Number")
    document.add_paragraph("電池を抜く", style="List Bullet")
    found = read("手引き.docx", saved(document))
    assert found.title == "粗大ごみの出し方"
    assert found.warnings == ()
    assert found.body.split("\n\n") == [
        "粗大ごみは①申し込み制です。担当は髙橋です。",
        "## 手数料",
        "| 品目 | 手数料 窓口 | 手数料 郵送 |\n| --- | --- | --- |\n| たんす | 1,000円 | 1,200円 |\n| たんす | 500円 | 700円 |",
        "### 申し込み方",
        "1. 測る\n2. 電話する\n- 電池を抜く",
    ]


def test_word_without_styles_takes_bold_lines_for_headings() -> None:
    document = Document()
    for title in ("持ち物", "費用"):
        document.add_paragraph().add_run(title).bold = True
        document.add_paragraph("本文です。")
        document.add_paragraph("もう1行あります。")
    assert read("引っ越し.docx", saved(document)).body.count("## ") == 2


def test_word_says_what_is_printed_and_not_what_was_deleted() -> None:
    document = Document()
    document.add_heading("見直した案内", 0)
    for xml in (
        "<w:p {0}><w:r><w:t>手数料は</w:t></w:r><w:del w:id='1' w:author='x'><w:r><w:delText>300円</w:delText></w:r></w:del>"
        "<w:ins w:id='2' w:author='x'><w:r><w:t>400円</w:t></w:r></w:ins><w:r><w:t>です。</w:t></w:r></w:p>",
        "<w:p {0}><w:r><w:ruby><w:rt><w:r><w:t>そだい</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>粗大</w:t></w:r></w:rubyBase></w:ruby>"
        "</w:r><w:r><w:t>ごみ</w:t></w:r></w:p>",
        "<w:sdt {0}><w:sdtContent><w:p><w:r><w:t>枠の中の文です。</w:t></w:r></w:p></w:sdtContent></w:sdt>",
    ):
        document.element.body.insert(len(document.element.body) - 1, parse_xml(xml.replace("{0}", nsdecls("w"))))
    body = read("案内.docx", saved(document)).body
    assert body.split("\n\n") == ["手数料は400円です。", "粗大ごみ", "枠の中の文です。"]


def test_word_with_macros_is_read_without_them() -> None:
    content = io.BytesIO(saved(word_with_table([["a", "b"], ["c", "d"]])))
    changed = io.BytesIO()
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(changed, "w") as target:
        for info in source.infolist():
            data = source.read(info)
            if info.filename == "[Content_Types].xml":
                data = data.replace(
                    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
                    b"application/vnd.ms-word.document.macroEnabled.main+xml",
                )
            target.writestr(info.filename, data)
        target.writestr("word/vbaProject.bin", b"Sub AutoOpen()")
    found = read("手引き.docm", changed.getvalue())
    assert found.title == "粗大ごみの出し方"
    assert found.warnings == ("マクロは読みません。",)


def slides() -> Slides:
    presentation = Presentation()
    first = presentation.slides.add_slide(presentation.slide_layouts[0])
    first.shapes.title.text = "引っ越しの手続き"
    second = presentation.slides.add_slide(presentation.slide_layouts[1])
    second.shapes.title.text = "転入届"
    second.placeholders[1].text = "14日以内に届け出ます\n本人確認書類がいります"
    third = presentation.slides.add_slide(presentation.slide_layouts[5])
    third.shapes.title.text = "手数料"
    table = third.shapes.add_table(3, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
    for row, cells in enumerate([["種類", "額"], ["写し", "300円"], ["", "400円"]]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    hidden = presentation.slides.add_slide(presentation.slide_layouts[1])
    hidden.shapes.title.text = "職員だけの話"
    hidden._element.set("show", "0")
    second.notes_slide.notes_text_frame.text = "発表者のメモ"
    return presentation


def test_slides_become_sections_that_name_their_slide() -> None:
    found = read("説明.pptx", saved(slides()))
    assert found.title == "引っ越しの手続き"
    assert found.warnings == ("スライド4は非表示なので、読みません。",)
    assert found.body.split("\n\n") == [
        "<!-- place: スライド2 -->",
        "## 転入届",
        "- 14日以内に届け出ます\n- 本人確認書類がいります",
        "<!-- place: スライド3 -->",
        "## 手数料",
        "| 種類 | 額 |\n| --- | --- |\n| 写し | 300円 |\n| 写し | 400円 |",
    ]


def test_slide_that_is_only_a_picture_is_named_or_skipped() -> None:
    presentation = slides()
    picture = io.BytesIO()
    Image.new("L", (50, 50)).save(picture, "PNG")
    last = presentation.slides.add_slide(presentation.slide_layouts[6])
    last.shapes.add_picture(picture, Inches(1), Inches(1))
    with pytest.raises(ImportRefusedError, match="スライド5は画像だけ"):
        read("説明.pptx", saved(presentation))
    assert any("スライド5" in warning for warning in read("説明.pptx", saved(presentation), skip_scanned=True).warnings)


def workbook() -> Workbook:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "手数料"
    sheet.append(["令和8年度 手数料一覧"])
    sheet.append([])
    sheet.append(["品目", "大きさ", "手数料", "開始日"])
    sheet.append(["たんす", "小", 500, date(2026, 4, 1)])
    sheet.append(["", "大", 1000, date(2026, 4, 1)])
    sheet.merge_cells("A4:A5")
    for row in (4, 5):
        sheet[f"C{row}"].number_format = '#,##0"円"'
        sheet[f"D{row}"].number_format = '[$-411]ggge"年"m"月"d"日"'
    sheet.append(["※税込みです。"])
    second = book.create_sheet("窓口")
    second.append(["課", "電話"])
    second.append(["環境課", "0490-00-2002"])
    secret = book.create_sheet("内部")
    secret.append(["職員だけの表"])
    secret.sheet_state = "hidden"
    return book


def test_workbook_shows_what_its_cells_show() -> None:
    found = read("手数料表.xlsx", saved(workbook()))
    assert found.warnings == (
        "シート「内部」は非表示なので、読みません。",
        "表題が見つからないため、ファイル名「手数料表」を表題にしました。",
    )
    assert found.body.split("\n\n") == [
        "<!-- place: シート「手数料」 -->",
        "## 手数料",
        "令和8年度 手数料一覧",
        "| 品目 | 大きさ | 手数料 | 開始日 |\n| --- | --- | --- | --- |\n"
        "| たんす | 小 | 500円 | 令和8年4月1日 |\n| たんす | 大 | 1,000円 | 令和8年4月1日 |",
        "※税込みです。",
        "<!-- place: シート「窓口」 -->",
        "## 窓口",
        "| 課 | 電話 |\n| --- | --- |\n| 環境課 | 0490-00-2002 |",
    ]


def test_hidden_rows_and_columns_are_left_out_with_a_warning() -> None:
    book = workbook()
    book["窓口"].append(["内線", "1234"])
    book["窓口"].row_dimensions[3].hidden = True
    found = read("表.xlsx", saved(book))
    assert "1234" not in found.body
    assert "シート「窓口」の非表示の行と列は、読みません。" in found.warnings


def test_formula_gives_its_last_result_and_is_refused_without_one() -> None:
    book = workbook()
    book["窓口"]["B3"] = "=1+1"
    with pytest.raises(ImportRefusedError, match="シート「窓口」の B3 に、数式の結果が入っていません"):
        read("表.xlsx", saved(book))
    assert "| 計 | 1,500円 |" in read("表.xlsx", with_result(saved(total_book()))).body


def total_book() -> Workbook:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["品目", "手数料"], ["たんす", 1500], ["計", "=SUM(B2:B2)", '=IF(B2>0,"","誤り")']):
        sheet.append(row)
    for row in (2, 3):
        sheet[f"B{row}"].number_format = '#,##0"円"'
    return book


def with_result(content: bytes) -> bytes:
    """As Excel saves it: the formula with the result that it had."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(changed, "w") as target:
        for info in source.infolist():
            data = re.sub(rb"(<f>SUM.*?</f>)<v ?/?>(?:</v>)?", rb"\1<v>1500</v>", source.read(info))
            data = re.sub(rb"<c r=\"C3\"( s=\"\d+\")?><f>(.*?)</f><v ?/?>(?:</v>)?", rb'<c r="C3" t="str"><f>\2</f><v></v>', data)
            target.writestr(info.filename, data)
    return changed.getvalue()


def test_error_in_a_cell_is_refused_with_its_address() -> None:
    book = workbook()
    book["窓口"]["B2"] = "#REF!"
    with pytest.raises(ImportRefusedError, match=r"シート「窓口」の B2 が #REF! に"):
        read("表.xlsx", saved(book))


@pytest.mark.parametrize(
    ("value", "pattern", "text"),
    [
        (1000, '#,##0"円"', "1,000円"),
        (1000, '"¥"#,##0', "¥1,000"),
        (1000, r"[$¥-411]#,##0;[Red]-[$¥-411]#,##0", "¥1,000"),
        (1000.0, "General", "1000"),
        (0.08, "0%", "8%"),
        (0.085, "0.0%", "8.5%"),
        (7, "000", "007"),
        (-5, "0;△0", "△5"),
        (1.5, "0.00", "1.50"),
        (date(2019, 5, 1), '[$-411]ggge"年"m"月"d"日"', "令和元年5月1日"),
        (datetime(2026, 4, 1, 8, 30, tzinfo=UTC), "yyyy/m/d h:mm", "2026年4月1日 8:30"),
        (time(8, 5), "h:mm", "8:05"),
        (timedelta(hours=25, minutes=3), "[h]:mm", "25:03"),
        (True, "General", "TRUE"),
        (" 文字 ", "@", "文字"),
        (None, "General", ""),
    ],
)
def test_values_are_shown_as_excel_shows_them(value: object, pattern: str, text: str) -> None:
    assert shown(value, pattern) == text


def test_document_of_another_kind_than_its_name_is_read_by_its_bytes() -> None:
    found = read("手引き.pdf", saved(word_with_table([["a", "b"], ["c", "d"]])))
    assert found.title == "粗大ごみの出し方"
    assert found.warnings == ("「手引き.pdf」の中身はWordでした。中身に合わせて読みました。",)
    with pytest.raises(ImportRefusedError, match="OCR"):
        read("手引き.docx", scanned_pdf())
