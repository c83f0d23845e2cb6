"""Systems read applications: who may, which, page by page, with what in them."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from console.application_api import routes
from console.application_api.limits import Bucket
from core.database import Database
from procedures.models import Application
from procedures.outside.queries import tokens_of
from procedures.outside.scopes import Scope
from procedures.paper import PaperForm
from procedures.personal_data import forget_resident
from tests.console.application_api.served import Served, problem


@pytest.fixture
def served(database: Database, tmp_path: Path) -> Served:
    return Served(database, tmp_path / "media")


def picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "JPEG")
    return file.getvalue()


def test_only_who_has_a_token_that_allows_it_reads(served: Served) -> None:
    served.office.apply()
    allowed, other = served.system(Scope.READ), served.system(Scope.ACKNOWLEDGE)
    short = served.system(Scope.READ, days=1)
    assert allowed.get("/applications").status_code == 200
    assert problem(served.stranger().get("/applications")) == "token_missing"
    assert served.stranger().get("/applications").headers["www-authenticate"] == "Bearer"
    wrong = served.stranger()
    wrong.headers["authorization"] = "Bearer mdg_wrong"
    assert problem(wrong.get("/applications")) == "token_unknown"
    refused = other.get("/applications")
    assert (refused.status_code, problem(refused)) == (403, "scope_missing")
    assert "applications:read" in refused.json()["detail"]
    assert short.get("/applications").status_code == 200
    served.office.now = served.office.now.replace(year=2027)
    assert short.get("/applications").status_code == 401


def test_pages_go_on_where_the_cursor_says(served: Served) -> None:
    numbers = [application.number for application in served.office.apply(3)]
    system = served.system(Scope.READ)
    first = system.get("/applications", params={"limit": 2}).json()
    assert [one["number"] for one in first["applications"]] == numbers[:2]
    assert first["has_more"]
    served.office.move(served.office.apply(1, begin=3)[0], "accept")
    second = system.get("/applications", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert next(one["number"] for one in second["applications"]) == numbers[2]
    assert not second["has_more"]
    end = system.get("/applications", params={"cursor": second["next_cursor"]}).json()
    assert (end["applications"], end["next_cursor"]) == ([], second["next_cursor"])
    assert problem(system.get("/applications", params={"cursor": "!"})) == "bad_cursor"


def test_list_tells_nothing_that_a_resident_wrote(served: Served) -> None:
    application = served.office.apply()[0]
    one = served.system(Scope.READ).get("/applications").json()["applications"][0]
    assert one == {
        "number": application.number,
        "procedure": "oversized_waste",
        "state": "new",
        "version": 1,
        "submitted_at": "2026-11-29T01:00:00Z",
        "changed_at": "2026-11-29T01:00:00Z",
        "due_at": "2026-12-01T14:59:59Z",
        "taken": None,
        "url": f"/api/v1/applications/{application.number}",
    }


def test_filters(served: Served) -> None:
    waste, dog = served.office.apply()[0], served.office.apply(1, "dog_registration")[0]
    served.office.move(dog, "accept")
    system = served.system(Scope.READ)

    def numbers(**wanted: object) -> list[str]:
        answer = system.get("/applications", params=wanted)  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.text
        return [one["number"] for one in answer.json()["applications"]]

    assert numbers(procedure="dog_registration") == [dog.number]
    assert numbers(procedure=["dog_registration", "oversized_waste"], state="new") == [waste.number]
    assert numbers(changed_since="2026-11-29T10:00:00+09:00") == [waste.number, dog.number]
    assert numbers(changed_since="2026-11-30T00:00:00Z") == []
    for wrong in ({"state": "lost"}, {"limit": 0}, {"limit": 201}, {"changed_since": "2026-11-29T10:00:00"}, {"taken": "perhaps"}):
        assert problem(system.get("/applications", params=wrong)) == "invalid"


def test_token_of_some_procedures_sees_no_other(served: Served) -> None:
    waste, dog = served.office.apply()[0], served.office.apply(1, "dog_registration")[0]
    system = served.system(procedures=["dog_registration"])
    assert [one["number"] for one in system.get("/applications").json()["applications"]] == [dog.number]
    assert system.get("/applications", params={"procedure": "oversized_waste"}).json()["applications"] == []
    assert system.get(f"/applications/{dog.number}").status_code == 200
    assert problem(system.get(f"/applications/{waste.number}")) == "missing"
    assert problem(system.post(f"/applications/{waste.number}/acknowledgement", json={"version": 1})) == "missing"


def test_other_municipality_sees_nothing(served: Served) -> None:
    application = served.office.apply()[0]
    served.other_town()
    own, other = served.system(), served.system(municipality_id="aoba")
    assert other.get("/applications").json()["applications"] == []
    for path in (f"/applications/{application.number}", f"/applications/{application.number}/files/1"):
        assert problem(other.get(path)) == "missing"
    assert own.get(f"/applications/{application.number}").status_code == 200


def test_application_has_its_fields_in_the_form_of_its_version(served: Served) -> None:
    application = served.office.apply()[0]
    answer = served.system(Scope.READ).get(f"/applications/{application.number}")
    assert answer.headers["cache-control"] == "no-store"
    whole = answer.json()
    assert whole["definition"] == {"id": "oversized_waste", "version": application.digest, "title": "粗大ごみの収集申込み"}
    fields = {one["name"]: one for one in whole["fields"]}
    assert fields["phone"]["type"] == "telephone"
    assert fields["phone"]["display"] == "090-1234-5678"
    assert fields["items"]["value"]
    assert "布団" in fields["items"]["display"]
    assert not any(one["withheld"] for one in whole["fields"])
    assert problem(served.system(Scope.READ).get("/applications/JU-2026-999999-X")) == "missing"


def test_sensitive_fields_need_a_scope_of_their_own(served: Served) -> None:
    application = served.office.apply()[0]
    served.make_sensitive(application, "phone")
    path = f"/applications/{application.number}"

    def phone(*scopes: Scope) -> dict[str, object]:
        return next(one for one in served.system(*scopes).get(path).json()["fields"] if one["name"] == "phone")

    withheld, shown = phone(Scope.READ), phone(Scope.READ, Scope.SENSITIVE)
    assert (withheld["withheld"], withheld["value"]) == (True, None)
    assert "●" in str(withheld["display"])
    assert "1234" not in str(withheld["display"])
    assert (shown["withheld"], shown["sensitive"]) == (False, True)
    assert "1234" in str(shown["display"])


def test_photo_is_downloaded_with_the_token(served: Served) -> None:
    application, other = served.office.apply(1, "road_damage")[0], served.office.apply(1, "road_damage", begin=1)[0]
    media, foreign = served.keep_photo(picture()), served.keep_photo(picture())
    served.answer_anew(application, {"photos": [{"media": media, "mime": "image/jpeg"}]})
    served.answer_anew(other, {"photos": [{"media": foreign, "mime": "image/jpeg"}]})
    system = served.system(Scope.READ, Scope.FILES)
    file = system.get(f"/applications/{application.number}").json()["files"][0]
    assert file == {
        "id": media,
        "field": "photos",
        "mime": "image/jpeg",
        "url": f"/api/v1/applications/{application.number}/files/{media}",
    }
    path = file["url"].removeprefix("/api/v1")
    answer = system.get(path)
    assert answer.headers["content-type"] == "image/jpeg"
    assert Image.open(BytesIO(answer.content)).size == (8, 8)
    assert problem(served.system(Scope.READ).get(path)) == "scope_missing"
    assert problem(system.get(f"/applications/{application.number}/files/{foreign}")) == "missing"


def test_application_comes_on_paper_with_what_the_token_may_see(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    application = served.office.apply()[0]
    served.make_sensitive(application, "phone")
    forms: list[PaperForm] = []
    monkeypatch.setattr(routes, "to_pdf", lambda form, template: forms.append(form) or b"%PDF-1.7")
    path = f"/applications/{application.number}/paper"
    answer = served.system(Scope.READ, Scope.FILES).get(path)
    assert (answer.headers["content-type"], answer.content) == ("application/pdf", b"%PDF-1.7")
    assert served.system(Scope.READ, Scope.FILES, Scope.SENSITIVE).get(path).status_code == 200
    veiled, shown = (" ".join(row.text for section in form.sections for row in section.rows) for form in forms)
    assert "田中 太郎" in veiled
    assert "090-1234-5678" in shown
    assert "090-1234-5678" not in veiled
    assert "●" in veiled
    assert problem(served.system(Scope.READ, Scope.SENSITIVE).get(path)) == "scope_missing"


def test_forgotten_answers_are_null(served: Served) -> None:
    application = served.office.apply()[0]
    system = served.system(Scope.READ)
    assert system.get(f"/applications/{application.number}").json()["fields"]
    served.office.move(application, "withdraw")
    with served.office.database.transaction() as session:
        resident_id = session.get_one(Application, application.id).resident_id
        assert resident_id is not None
        forget_resident(session, resident_id)
    whole = system.get(f"/applications/{application.number}").json()
    assert (whole["fields"], whole["files"], whole["state"]) == (None, [], "withdrawn")


def test_use_of_a_token_is_noted(served: Served) -> None:
    served.system(Scope.READ).get("/applications")
    with served.office.database.reading() as session:
        assert tokens_of(session, "shiomi")[0].last_used_at == served.office.now


def test_who_calls_too_often_waits(served: Served) -> None:
    moment = [0.0]
    object.__setattr__(served.interface, "calls", Bucket(1, 2, lambda: moment[0]))
    system, other = served.system(Scope.READ), served.system(Scope.READ, name="別のシステム")
    assert [system.get("/applications").status_code for _ in range(3)] == [200, 200, 429]
    refused = system.get("/applications")
    assert problem(refused) == "too_often"
    assert refused.headers["retry-after"] == "1"
    assert other.get("/applications").status_code == 200, "each token has its own"
    moment[0] += 1
    assert system.get("/applications").status_code == 200


def test_guessing_tokens_is_slowed_down_without_harming_others(served: Served) -> None:
    wrong = served.stranger()
    wrong.headers["authorization"] = "Bearer mdg_guess"
    codes = [wrong.get("/applications").status_code for _ in range(25)]
    assert codes[:20] == [401] * 20
    assert set(codes[20:]) == {429}
    assert served.system(Scope.READ).get("/applications").status_code == 200


def test_description_names_every_route_with_its_refusals(served: Served) -> None:
    described = served.stranger().get("/openapi.json").json()
    for path, way in (("", "get"), ("/{number}", "get"), ("/{number}/acknowledgement", "post"), ("/{number}/state", "post")):
        operation = described["paths"][f"/applications{path}"][way]
        assert operation["description"]
        assert {"401", "403", "422", "429"} <= set(operation["responses"])
        assert operation["security"]
    assert "applications" not in str(served.stranger().get("/status").json())
