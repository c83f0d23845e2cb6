"""The endpoints for groups and multi-person chats: summary, members, leaving."""

from bot.simulator.api_call import Answer, Call, Endpoint, Refusal, not_found
from bot.simulator.chats import Chat
from bot.simulator.records import ChatKind, Rule
from bot.simulator.texts import say


def summary(call: Call) -> Answer:
    chat = _chat(call, ChatKind.GROUP)
    return Answer(json={"groupId": chat.id, "groupName": chat.name})


def count(call: Call) -> Answer:
    return Answer(json={"count": len(_chat(call).members)})


def member_profile(call: Call) -> Answer:
    chat = _chat(call)
    person = call.platform.people.get(call.values["user_id"])
    if person is None or person.id not in chat.members:
        raise not_found(Rule.CONTENT_AND_PROFILE if person is None else None)
    return Answer(json={"userId": person.id, "displayName": person.name})


def member_ids(call: Call) -> Answer:
    raise Refusal(403, "Access to this API is not available for your account", Rule.CONTENT_AND_PROFILE)


def leave(call: Call) -> Answer:
    chat = _chat(call)
    chat.is_bot_member = False
    note = say("group.left", name=call.account.channel.name)
    chat.note(note, message_id=call.platform.identifiers.message_id(), at=call.now)
    call.platform.happen(call.account, chat, "leave", gives_token=False)
    return Answer()


def _chat(call: Call, kind: ChatKind | None = None) -> Chat:
    chat = call.account.chats.get(call.values["chat_id"])
    wanted = kind or (ChatKind.GROUP if call.path.startswith("/v2/bot/group/") else ChatKind.ROOM)
    if chat is None or chat.kind is not wanted:
        raise not_found(Rule.CONTENT_AND_PROFILE)
    if not chat.is_bot_member:
        # It may have been removed a moment ago.
        raise not_found(None)
    return chat


ENDPOINTS = (
    Endpoint(method="GET", path="/v2/bot/group/{chat_id}/summary", handle=summary),
    *(
        endpoint
        for kind in ("group", "room")
        for endpoint in (
            Endpoint(method="GET", path=f"/v2/bot/{kind}/{{chat_id}}/members/count", handle=count),
            Endpoint(method="GET", path=f"/v2/bot/{kind}/{{chat_id}}/members/ids", handle=member_ids),
            Endpoint(method="GET", path=f"/v2/bot/{kind}/{{chat_id}}/member/{{user_id}}", handle=member_profile),
            Endpoint(method="POST", path=f"/v2/bot/{kind}/{{chat_id}}/leave", handle=leave),
        )
    ),
)
