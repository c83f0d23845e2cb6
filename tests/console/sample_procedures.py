"""Two procedures of the sample towns: one with slots and an account, one about places."""

from pathlib import Path

BULKY = """
id: bulky
title: 大型ごみの収集
department: environment
assurance: L1
legal_basis: 緑市廃棄物条例
retention: {days: 365, because: 文書規程}
accept_within: 2 open days
thanks: 受付番号は {number} です。
tells:
  accepted: 大型ごみ（{number}）を受け付けました。{day}に出してください。{reason}
  returned: 大型ごみ（{number}）について、確かめたいことがあります。{reason}
  refused: 大型ごみ（{number}）は、お受けできません。{reason}
  done: 大型ごみ（{number}）を集めました。
states: {new: 仮受付}
steps:
  - title: 品物
    fields:
      - {name: thing, type: text, label: 品物, ask: 何ですか。}
      - {name: day, type: slot, label: 収集日, ask: いつですか。, schedule: 月・火, capacity: 2, after: 3 days, until: 30 days}
  - title: 申し込む方
    fields:
      - {name: name, type: name, label: お名前, ask: お名前は。}
      - {name: phone, type: telephone, label: 電話番号, ask: 電話番号は。}
      - {name: account, type: bank_account, label: 口座, ask: 口座は。, holder: name}
      - {name: note, type: text, label: 備考, ask: ほかに。, optional: true}
"""
POTHOLE = """
id: pothole
title: 道路の通報
department: citizens
assurance: L0
legal_basis: 道路法
retention: {days: 365, because: 文書規程}
thanks: 受付番号は {number} です。
tells:
  checking: 通報（{number}）を確かめています。
  accepted: 通報（{number}）の場所を直します。{reason}
  returned: 通報（{number}）について教えてください。{reason}
  refused: 通報（{number}）は直せません。{reason}
  done: 通報（{number}）の場所を直しました。{reason}
steps:
  - title: こわれた所
    fields:
      - name: kind
        type: choice
        label: こわれた物
        ask: 何が。
        options: [{value: hole, label: 穴}, {value: light, label: 照明}]
      - {name: photos, type: photos, label: 写真, ask: 写真は。, optional: true, least: 1, most: 3}
      - {name: place, type: location, label: 場所, ask: どこ。}
      - name: same
        type: choice
        label: 同じ
        ask: 同じですか。
        when: {field: fact.near, filled: true}
        options: [{value: same, label: 同じ}, {value: other, label: 別}]
      - name: notify
        type: choice
        label: お知らせ
        ask: 知らせますか。
        options: [{value: line, label: はい}, {value: anonymous, label: 匿名}]
doubles: {place: place, same: [kind], metres: 30, days: 14, joined_when: {field: same, is: same}}
reopening: {times: 1, within_days: 30}
anonymous: {field: notify, is: anonymous}
"""


def write_procedures(folder: Path) -> None:
    """Beside a pack's other files."""
    (folder / "procedures").mkdir()
    for name, source in (("bulky", BULKY), ("pothole", POTHOLE)):
        (folder / "procedures" / f"{name}.yaml").write_text(source, "utf-8")
