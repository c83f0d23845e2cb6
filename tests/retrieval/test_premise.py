"""What a question takes for granted is confirmed, corrected, or left alone."""

import pytest

from retrieval.premise import Verdict, premise_of, without_confirmation

RECORD = """住民票
住民票の写しは、窓口で300円です。委任状はいりません。本人確認書類は必要です。
郵送では受け付けていません。コンビニでも取れます。"""
FREE = "相談\n法律相談は無料です。電話でも相談できます。予約が必要です。"
LIBRARY = "図書館\n中央図書館は、火曜から日曜まで開館しています。月曜は休館です。"
MIXED = "駐車場\n最初の60分は無料です。そのあとは30分100円です。"
STICKER = "粗大ごみ\n粗大ごみ処理券は1枚300円です。品物によって枚数が違います。"


@pytest.mark.parametrize(
    ("question", "source", "verdict"),
    [
        ("住民票は無料ですよね？", RECORD, Verdict.CONTRADICTED),
        ("住民票は有料ですよね", RECORD, Verdict.CONFIRMED),
        ("住民票は300円ですよね", RECORD, Verdict.CONFIRMED),
        ("住民票は三百円でしたっけ", RECORD, Verdict.CONFIRMED),
        ("住民票は500円でしたっけ", RECORD, Verdict.CONTRADICTED),
        ("住民票は600円でしたっけ", RECORD, Verdict.UNTOLD),
        ("郵送でできるんですよね", RECORD, Verdict.CONTRADICTED),
        ("郵送ではできないんですよね", RECORD, Verdict.CONFIRMED),
        ("コンビニで取れるって本当？", RECORD, Verdict.CONFIRMED),
        ("コンビニでは取れないですよね", RECORD, Verdict.CONTRADICTED),
        ("電話で頼めますよね", RECORD, Verdict.UNTOLD),
        ("委任状は必要ですよね", RECORD, Verdict.CONTRADICTED),
        ("委任状はいらないですよね", RECORD, Verdict.CONFIRMED),
        ("本人確認書類はいらないはずです", RECORD, Verdict.CONTRADICTED),
        ("写真は必要ですよね", RECORD, Verdict.UNTOLD),
        ("相談は無料ですよね", FREE, Verdict.CONFIRMED),
        ("相談は有料ですよね", FREE, Verdict.CONTRADICTED),
        ("相談は5000円でしたっけ", FREE, Verdict.UNTOLD),
        ("月曜も開いてますよね？", LIBRARY, Verdict.CONTRADICTED),
        ("月曜は休みですよね", LIBRARY, Verdict.CONFIRMED),
        ("日曜も開いてますよね", LIBRARY, Verdict.CONFIRMED),
        ("年末年始も開いてますよね", LIBRARY, Verdict.UNTOLD),
        ("駐車場は無料ですよね", MIXED, Verdict.UNTOLD),
        ("粗大ごみは300円でしたっけ", STICKER, Verdict.UNTOLD),
        ("粗大ごみは900円でしたっけ", STICKER, Verdict.UNTOLD),
        ("粗大ごみは500円でしたっけ", STICKER, Verdict.CONTRADICTED),
    ],
)
def test_a_premise_is_weighed_against_the_passage(question: str, source: str, verdict: Verdict) -> None:
    premise = premise_of(question, [source])
    assert premise is not None
    assert premise.verdict is verdict


@pytest.mark.parametrize("question", ["住民票は無料ですか", "住民票がほしい", "日曜も開いていますか", "いくらですか", "印鑑はいりますか"])
def test_an_open_question_takes_nothing_for_granted(question: str) -> None:
    assert premise_of(question, [RECORD]) is None


@pytest.mark.parametrize(
    ("question", "matter"),
    [("住民票は無料ですよね？", "住民票"), ("粗大ごみは500円でしたっけ", "粗大ごみ"), ("住民票がほしい", "住民票がほしい")],
)
def test_the_matter_is_looked_for_without_the_claim(question: str, matter: str) -> None:
    assert without_confirmation(question) == matter
