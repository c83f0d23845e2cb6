"""The endpoints for what residents sent and who they are: contents, profiles, followers."""

from bot.simulator.api_call import Answer, Call, Endpoint, Host, Refusal, not_found
from bot.simulator.contents import Content, ContentState
from bot.simulator.records import Friendship, Json, Person, Rule

WITH_PREVIEW = frozenset({"image", "video"})
WITH_TRANSCODING = frozenset({"video", "audio"})
MOST_FOLLOWERS_A_PAGE = 1000
# One grey pixel; what a video looks like is not the platform's concern.
VIDEO_PREVIEW = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da636cf80f0001050101270e5d6a0000000049454e44ae426082"
)


def content(call: Call) -> Answer:
    found, is_pending = _find(call)
    return _pending() if is_pending else Answer(data=found.data, media_type=found.media_type)


def preview(call: Call) -> Answer:
    found, is_pending = _find(call)
    if found.message_type not in WITH_PREVIEW:
        raise Refusal(404, "not found", Rule.CONTENT_AND_PROFILE)
    if is_pending:
        return _pending()
    is_video = found.message_type == "video"
    return Answer(data=VIDEO_PREVIEW if is_video else found.data, media_type="image/png" if is_video else found.media_type)


def transcoding(call: Call) -> Answer:
    found, is_pending = _find(call)
    if found.message_type not in WITH_TRANSCODING:
        raise Refusal(404, "not found", Rule.CONTENT_AND_PROFILE)
    return Answer(json={"status": "processing" if is_pending else "succeeded"})


def _pending() -> Answer:
    return Answer(status=202, data=b"", media_type="application/octet-stream")


def _find(call: Call) -> tuple[Content, bool]:
    message_id = call.values["message_id"]
    contents = call.account.contents
    state = contents.state(message_id, now=call.now)
    found = contents.find(message_id)
    if state is ContentState.GONE:
        # The resident may take a message back at any time, so asking for it is no fault of the bot.
        raise Refusal(410, "The content is gone", None)
    if found is None or state is ContentState.MISSING:
        raise Refusal(404, "not found", Rule.CONTENT_AND_PROFILE if found is None else None)
    return found, state is ContentState.PENDING


def profile(call: Call) -> Answer:
    person_id = call.values["user_id"]
    person = call.platform.people.get(person_id)
    if person is None:
        raise not_found(Rule.CONTENT_AND_PROFILE)
    chat = call.account.chats.get(person_id)
    if chat is None or chat.friendship is not Friendship.FRIEND or not person.has_consented:
        # Whether somebody is a friend, has consented or has just blocked the account cannot be known without asking.
        raise not_found(None)
    return Answer(json=profile_of(person))


def profile_of(person: Person) -> Json:
    shown: Json = {"userId": person.id, "displayName": person.name}
    if person.language:
        shown["language"] = person.language
    if person.about:
        shown["statusMessage"] = person.about[:100]
    return shown


def followers(call: Call) -> Answer:
    friends = sorted(chat.id for chat in call.account.friends())
    limit = min(call.number("limit", 300), MOST_FOLLOWERS_A_PAGE)
    start = call.number("start", 0)
    shown: Json = {"userIds": friends[start : start + limit]}
    if start + limit < len(friends):
        shown["next"] = str(start + limit)
    return Answer(json=shown)


ENDPOINTS = (
    Endpoint(method="GET", path="/v2/bot/profile/{user_id}", handle=profile),
    Endpoint(method="GET", path="/v2/bot/message/{message_id}/content", handle=content, host=Host.DATA),
    Endpoint(method="GET", path="/v2/bot/message/{message_id}/content/preview", handle=preview, host=Host.DATA),
    Endpoint(method="GET", path="/v2/bot/message/{message_id}/content/transcoding", handle=transcoding, host=Host.DATA),
    Endpoint(method="GET", path="/v2/bot/followers/ids", handle=followers),
)
