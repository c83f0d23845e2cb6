"""What the counter wishes the content to answer."""

from collections.abc import Callable

from tests.console.cases import claimed_case, state_of
from tests.console.conftest import Browser, House, actions, words_of
from tests.console.test_case_moves import move

Visit = Callable[..., Browser]
PATH = "/console/content/wishes"


def closed_with_wish(house: House, visit: Visit, **fields: str) -> int:
    case_id = claimed_case(house, title="犬の鑑札をなくした")
    move(house, visit("staff"), case_id, "close", reason="answered", is_faq_candidate="1", wrap_up="再交付を案内", **fields)
    return case_id


def test_wish_of_the_counter_reaches_whoever_writes_content_and_is_settled_once(house: House, visit: Visit) -> None:
    """It used to be kept and shown to nobody."""
    case_id = closed_with_wish(house, visit)
    editor = visit("editor")
    assert f'href="{PATH}"' in editor.get("/console/content").text
    page = editor.get(PATH).text
    assert "犬の鑑札をなくした" in words_of(page)
    assert "再交付を案内" in words_of(page)
    assert 'href="/console/new-content?question=' in page
    for _ in range(2):
        assert editor.submit(f"{PATH}/{case_id}/done").headers["location"] == PATH
    assert "犬の鑑札をなくした" not in editor.get(PATH).text
    assert not state_of(house, case_id).is_faq_candidate
    assert [action for action in actions(house) if action.startswith("wish")] == [f"wish.settle case:{case_id}"]


def test_wishes_of_another_municipality_are_not_there_and_other_roles_do_not_see_them(house: House, visit: Visit) -> None:
    case_id = closed_with_wish(house, visit)
    stranger = visit("administrator", "aoba")
    assert "犬の鑑札" not in stranger.get(PATH).text
    assert stranger.submit(f"{PATH}/{case_id}/done").status_code == 404
    assert visit("staff").get(PATH).status_code == 403
    assert f'href="{PATH}"' not in visit("staff").get("/console/content").text
    assert state_of(house, case_id).is_faq_candidate
