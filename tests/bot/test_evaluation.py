"""Files of questions and judgements are read with errors that name the line; a collection without a pack is measured."""

import csv
import json
import math
from itertools import pairwise
from pathlib import Path

import pytest

from bot.evaluation import EvaluationRequest, evaluate_to_files, quality, read_qrels, read_queries, report
from core.errors import ProjectError


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "file.tsv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("1\t犬の登録\n\n2\t 猫 \n", {"1": "犬の登録", "2": "猫"}),
        ("\ufeff1\t犬\r\n", {"1": "犬"}),
        ("1\t犬\tの登録", {"1": "犬\tの登録"}),
        ("1\t\n", {"1": ""}),
        ("", {}),
    ],
)
def test_questions_are_read(tmp_path: Path, content: str, expected: dict[str, str]) -> None:
    assert read_queries(written(tmp_path, content)) == expected


@pytest.mark.parametrize(("content", "line"), [("1\t犬\n2 猫\n", 2), ("\t犬\n", 1), ("1 2\t犬\n", 1), ("1\t犬\n\n犬\n", 3)])
def test_wrong_line_of_questions_is_named(tmp_path: Path, content: str, line: int) -> None:
    with pytest.raises(ProjectError, match=rf"^file.tsv の{line}行目："):
        read_queries(written(tmp_path, content))


def test_judgements_are_read(tmp_path: Path) -> None:
    assert read_qrels(written(tmp_path, "1 0 dog 2\n1\t0\tcat\t0\n\n2 0 dog -1\n")) == {"1": {"dog": 2, "cat": 0}, "2": {"dog": -1}}


@pytest.mark.parametrize(
    ("content", "line"), [("1 0 dog 2\n1 0 dog\n", 2), ("1 0 dog high\n", 1), ("1 0 dog 1 x\n", 1), ("1 0 dog 1.5\n", 1)]
)
def test_wrong_line_of_judgements_is_named(tmp_path: Path, content: str, line: int) -> None:
    with pytest.raises(ProjectError, match=rf"^file.tsv の{line}行目："):
        read_qrels(written(tmp_path, content))


@pytest.mark.parametrize("read", [read_queries, read_qrels])
def test_file_that_can_not_be_read_is_named(tmp_path: Path, read: object) -> None:
    assert callable(read)
    for path in (tmp_path / "missing.tsv", tmp_path, written(tmp_path, "1\t犬\n".encode("shift_jis"))):
        with pytest.raises(ProjectError, match="UTF-8 の文字として読めません"):
            read(path)


RUN = {
    "first": ["a", "x", "y"],
    "third": ["x", "y", "a", "b"],
    "graded": ["low", "high"],
    "deep": [*(f"x{number}" for number in range(10)), "a"],
    "missed": ["x"],
    "empty": [],
    "unjudged": ["a"],
}
JUDGED = {
    "first": {"a": 1},
    "third": {"a": 1, "b": 1, "c": 1},
    "graded": {"high": 2, "low": 1, "zero": 0},
    "deep": {"a": 1},
    "missed": {"a": 1},
    "empty": {"a": 1},
    "nothing": {"a": 0},
}


@pytest.mark.parametrize(
    ("query", "success_1", "success_5", "recall", "ndcg", "mrr"),
    [
        ("first", 1, 1, 1, 1, 1),
        ("third", 0, 1, 2 / 3, (1 / 2 + 1 / math.log2(5)) / (1 + 1 / math.log2(3) + 1 / 2), 1 / 3),
        ("graded", 1, 1, 1, (1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3)), 1),
        ("deep", 0, 0, 0, 0, 1 / 11),
        ("missed", 0, 0, 0, 0, 0),
        ("empty", 0, 0, 0, 0, 0),
    ],
)
def test_quality_of_one_question(query: str, success_1: float, success_5: float, recall: float, ndcg: float, mrr: float) -> None:
    found = quality(RUN, JUDGED, [query])
    assert found == pytest.approx({"SR@1": success_1, "SR@5": success_5, "R@10": recall, "nDCG@10": ndcg, "MRR": mrr})


def test_quality_of_several_is_their_mean() -> None:
    found = quality(RUN, JUDGED, ["first", "missed", "third", "deep"])
    assert found["SR@1"] == pytest.approx(1 / 4)
    assert found["SR@5"] == pytest.approx(2 / 4)
    assert found["MRR"] == pytest.approx((1 + 1 / 3 + 1 / 11) / 4)


def test_question_without_any_right_entry_counts_as_nothing_found() -> None:
    assert quality({"nothing": ["a"]}, JUDGED, ["nothing"]) == dict.fromkeys(("SR@1", "SR@5", "R@10", "nDCG@10", "MRR"), 0.0)


def test_report_counts_only_judged_questions_of_the_run() -> None:
    shown = report(RUN, JUDGED, [4.0, 1.0, 2.0, 3.0], {"answer": 3, "refuse": 1})
    assert "SR@1     0.3333" in shown
    assert "answer 3  refuse 1" in shown
    assert "p50 2.5 ms  p95 4.0 ms  4 件" in shown
    assert "SR@1" not in report(RUN, {}, [], {})


ENTRIES = (
    (
        "dog",
        "犬を飼い始めたときの手続きを教えてください。",
        "生後91日以上の犬は、飼い始めてから30日以内に登録してください。手数料は3,000円です。",
    ),
    ("cat", "猫を飼うときに届出は要りますか。", "猫には登録の制度がありません。"),
    ("waste", "粗大ごみはどのように出しますか。", "電話で申し込み、手数料の券を貼って、収集日の朝に出してください。"),
    ("moving", "引っ越してきたときの手続きを教えてください。", "住み始めた日から14日以内に、転入届を市民課に出してください。"),
    ("library", "図書館は何時まで開いていますか。", "平日は午後7時まで、土曜と日曜は午後5時までです。"),
    ("seal", "印鑑登録をしたいです。", "登録する印鑑と本人確認書類を持って、窓口にお越しください。"),
)
ASKED = {"1": "犬の登録の手数料は", "2": "みどり市の粗大ごみ", "q-3": "転入届", "4": "ぬるぽ", "5": "パスポートの更新", "6": ""}


def test_collection_without_a_pack_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCH_MODE", "light")
    faq, queries, qrels = tmp_path / "faq.csv", tmp_path / "queries.tsv", tmp_path / "qrels.txt"
    with faq.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "question", "answer"), *ENTRIES])
    queries.write_text("".join(f"{query}\t{text}\n" for query, text in ASKED.items()), encoding="utf-8")
    qrels.write_text("1 0 dog 1\n2 0 waste 1\nq-3 0 moving 1\n", encoding="utf-8")
    run, answers = tmp_path / "out" / "run.trec", tmp_path / "out" / "answers.jsonl"
    request = EvaluationRequest(faq=faq, municipality=None, queries=queries, qrels=qrels, run=run, answers=answers)

    assert "SR@1     1.0000" in evaluate_to_files(request, None)

    ranked: dict[str, list[tuple[str, float]]] = {}
    for number, line in enumerate(run.read_text(encoding="utf-8").splitlines()):
        query, iteration, entry, rank, score, tag = line.split(" ")
        found = ranked.setdefault(query, [])
        found.append((entry, float(score)))
        assert (iteration, int(rank), tag) == ("Q0", len(found), "madoguchi"), number
    assert list(ranked) == list(ASKED)
    assert all(first > second for found in ranked.values() for (_, first), (_, second) in pairwise(found))
    assert [ranked[query][0][0] for query in ("1", "2", "q-3")] == ["dog", "waste", "moving"]

    decided = {line["query"]: line for line in map(json.loads, answers.read_text(encoding="utf-8").splitlines())}
    assert list(decided) == list(ASKED)
    for line in decided.values():
        assert line["decision"] in {"answer", "choices", "refuse", "handoff"}
        assert line["milliseconds"] > 0
    assert decided["1"]["entries"][0] == "dog"
    assert decided["1"]["text"]
    # The collection is no city's, so a name of one decides nothing.
    assert decided["2"]["status"] != "refused_elsewhere", decided
