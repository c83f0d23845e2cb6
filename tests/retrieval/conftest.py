"""An invented town with a few published entries, and one warm search over it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.circuit import Circuit
from core.database import Base, Database
from core.language_model import LanguageModel
from core.models import Municipality
from core.settings import SearchMode
from retrieval.answering import Answer, Answerer, Question
from retrieval.consulting import Consultant
from retrieval.index import ChromaPlace
from retrieval.model_steps import with_model
from retrieval.models import PassageKind
from retrieval.passages import NewPassage, replace_passages
from retrieval.search import Search
from retrieval.synonyms import read_synonyms
from tests.openai_server import Behaviour, OpenAIServer, openai_server
from tests.retrieval.guided_town import LONG, MOVING, guide

NOON = datetime(2026, 6, 1, 3, tzinfo=UTC)
COMMON = Path(__file__).parents[2] / "content" / "common"

ENTRIES = {
    "oversized": ("粗大ごみの出し方を教えてください。", "電話かこのLINEで申し込み、処理券を貼って収集日の朝に出してください。"),
    "burnable": ("燃やすごみの収集日はいつですか。", "地区ごとに週2回集めます。地区の一覧を見てください。"),
    "resident-record": ("住民票の写しはどこで取れますか。", "市民課の窓口か、コンビニで取れます。手数料は{{ fee.record }}です。"),
    "seal": ("印鑑登録証明書の取り方を教えてください。", "印鑑登録証を持って市民課に来てください。"),
    "health-insurance": ("国民健康保険に入る手続きは何ですか。", "勤め先の保険をやめた日から14日以内に届け出てください。"),
    "pension": ("国民年金の保険料が払えないときはどうすればよいですか。", "免除や猶予の制度があります。年金の窓口で申請してください。"),
    "moving-in": ("市内に引っ越してきたときの届出は何ですか。", "住み始めてから14日以内に転入届を出してください。"),
    "dog": ("犬を飼い始めたら何をしますか。", "登録と、年に一度の狂犬病予防注射が必要です。"),
    "nursery": ("保育園の申し込みはいつからですか。", "4月からの入園は、前の年の11月に受け付けます。"),
    "allowance": ("児童手当はいつ振り込まれますか。", "偶数月の10日に振り込みます。"),
    "hazard": ("ハザードマップはどこで見られますか。", "市のホームページと各支所にあります。"),
    "library": ("図書館は何時まで開いていますか。", "平日は夜8時まで、土日は夕方5時までです。"),
    "takahashi": ("高橋川の河川敷は使えますか。", "届け出れば使えます。"),
    "water": ("水道の使用を始めたいです。", "使い始める3日前までに申し込んでください。"),
}


def faq(question: str, answer: str, **others: object) -> NewPassage:
    return NewPassage(kind=PassageKind.FAQ, question=question, body=answer, **others)  # type: ignore[arg-type]


def new_database(folder: Path, *municipalities: str) -> Database:
    database = Database(f"sqlite:///{folder / 'test.sqlite'}")
    Base.metadata.create_all(database.engine)
    with database.transaction() as session:
        for name in municipalities:
            session.add(Municipality(id=name, name=f"{name}市", created_at=NOON))
    return database


def publish(database: Database, municipality_id: str, entry_id: str, *passages: NewPassage) -> None:
    with database.transaction() as session:
        replace_passages(session, municipality_id, entry_id, passages)


def fill(municipality_id: str, text: str, moment: datetime) -> str:
    return text.replace("{{ fee.record }}", "300円")


def new_search(database: Database, place: ChromaPlace | None = None) -> Search:
    synonyms = read_synonyms(COMMON)
    return Search(database, mode=SearchMode.LIGHT, chroma=place or ChromaPlace(), synonyms=lambda _: synonyms, fill=fill)


def ids(search: Search, text: str, municipality_id: str = "midori", moment: datetime = NOON) -> list[str]:
    return [hit.entry_id for hit in search.search(municipality_id, text, moment=moment).hits]


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    """Published and warm; to be read only."""
    database = new_database(tmp_path_factory.mktemp("town"), "midori")
    for entry_id, (question, answer) in ENTRIES.items():
        publish(database, "midori", entry_id, faq(question, answer))
    search = new_search(database)
    search.warm()
    yield search
    database.close()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = new_database(tmp_path, "midori", "aoba")
    yield found
    found.close()


@pytest.fixture
def following(database: Database) -> Callable[..., Search]:
    """Publishes entries and returns a search that has seen them."""

    def start(entries: Sequence[str] = tuple(ENTRIES), place: ChromaPlace | None = None) -> Search:
        for entry_id in entries:
            publish(database, "midori", entry_id, faq(*ENTRIES[entry_id]))
        search = new_search(database, place)
        search.warm()
        return search

    return start


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with openai_server() as found:
        yield found


@pytest.fixture(scope="module")
def model(server: OpenAIServer) -> LanguageModel:
    found = LanguageModel("any-model", url=server.url)
    found.warm()
    return found


@pytest.fixture(scope="module")
def guided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Search]]:
    """A guide, two entries that are equally good, and the invented town's others; to be read only."""
    database = new_database(tmp_path_factory.mktemp("guided"), "midori")
    publish(database, "midori", "moving-out", guide("引っ越しの手続き › 市外へ引っ越すとき", MOVING))
    publish(database, "midori", "pool-a", faq("北プールの利用料はいくらですか。", "北プールの利用料は200円です。"))
    publish(database, "midori", "pool-b", faq("南プールの利用料はいくらですか。", "南プールの利用料は300円です。"))
    for entry_id, (question, answer) in ENTRIES.items():
        publish(database, "midori", entry_id, faq(question, answer))
    search = new_search(database)
    search.warm()
    yield database, search
    database.close()


@pytest.fixture
def ask(guided: tuple[Database, Search], model: LanguageModel, server: OpenAIServer) -> Callable[..., Answer]:
    database, search = guided
    server.asked.clear()

    def answer(text: str, *behaviours: Behaviour, seconds: float = LONG, **others: object) -> Answer:
        server.will(*behaviours)
        consultant = Consultant(model, database, seconds=seconds, circuit=Circuit(failures=1000))
        answerer = Answerer(search, with_model(consultant))
        return answerer.answer(Question(municipality_id="midori", text=text, moment=NOON, **others))  # type: ignore[arg-type]

    return answer


@pytest.fixture
def plain(guided: tuple[Database, Search]) -> Callable[..., Answer]:
    """What is answered without a model."""
    answerer = Answerer(guided[1])
    return lambda text, **others: answerer.answer(Question(municipality_id="midori", text=text, moment=NOON, **others))
