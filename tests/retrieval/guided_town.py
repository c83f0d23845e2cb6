"""What the tests of the language model's steps share: the questions and texts of the town with a guide."""

from dataclasses import replace

from prometheus_client import REGISTRY

from retrieval.answering import Answer
from retrieval.models import PassageKind
from retrieval.passages import NewPassage

SHORT = 0.5
LONG = 20.0
MOVING = """転出するときは、引っ越しの14日前から転出届を出せます。窓口は市民課です。手続きは無料です。

持ち物は次のとおりです。

・本人確認書類
・印鑑登録証（登録している方）

代理人が届け出る場合は、委任状が必要です。ただし、同じ世帯の方が届け出る場合は、委任状は不要です。
郵送の場合は、返信用封筒に110円切手を貼ってください。
問い合わせは市民課（0577-00-1234）へ。くわしくは https://www.example.jp/moving をご覧ください。"""
GUIDE_QUESTION = "市外へ引っ越すときの引っ越しの手続きは"
"""The guide answers it with certainty."""
NEAR_QUESTION = "引っ越すときに届けるもの"
"""The guide is near, among others."""
EQUAL_QUESTION = "プールの利用料はいくらですか"
RIGHT = ("手続きは無料です。", [1])


def guide(title: str, body: str) -> NewPassage:
    return NewPassage(kind=PassageKind.GUIDE, question=title, body=body, source_url="https://www.example.jp/moving")


def calls(outcome: str) -> float:
    labels = {"municipality": "midori", "outcome": outcome}
    return REGISTRY.get_sample_value("madoguchi_language_model_calls_total", labels) or 0.0


def tokens(kind: str) -> float:
    return REGISTRY.get_sample_value("madoguchi_language_model_tokens_total", {"municipality": "midori", "kind": kind}) or 0.0


def without_traces(answer: Answer) -> Answer:
    return replace(answer, model=None, steps=(), result=None)
