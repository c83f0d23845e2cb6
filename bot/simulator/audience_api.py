"""The endpoints of audiences: uploading user ids, as JSON or as a file, and asking for what was uploaded."""

from email import message_from_bytes
from email.policy import HTTP

from bot.simulator.api_call import Answer, Call, Endpoint, Host, Refusal, Takes, invalid_property, not_found
from bot.simulator.audiences import LONGEST_NAME, MOST_AUDIENCES, Audience
from bot.simulator.rate_limits import AUDIENCES
from bot.simulator.records import Json, Rule
from bot.simulator.sending_api import USER_ID
from bot.simulator.validation import read_request

RULE = Rule.AUDIENCE_AND_NOTIFICATION


def create(call: Call) -> Answer:
    body = read_request("audience.CreateAudienceGroupRequest", call.json(), RULE)
    return _create(call, body.get("description"), _ids_in(body))


def create_by_file(call: Call) -> Answer:
    fields = _read_form(call)
    return _create(call, fields.get("description"), _ids_in_file(fields))


def _create(call: Call, description: str | None, user_ids: set[str]) -> Answer:
    if not description or len(description) > LONGEST_NAME:
        raise invalid_property("description", RULE)
    audiences = call.account.audiences
    if len(audiences.all(call.now)) >= MOST_AUDIENCES:
        raise Refusal(400, "TOO_MANY_AUDIENCE_GROUPS", RULE)
    audience = audiences.create(description, user_ids, now=call.now)
    return Answer(status=202, json=audience.as_json(call.now))


def add(call: Call) -> Answer:
    body = read_request("audience.AddAudienceToAudienceGroupRequest", call.json(), RULE)
    return _add(call, body.get("audienceGroupId"), _ids_in(body))


def add_by_file(call: Call) -> Answer:
    fields = _read_form(call)
    group_id = fields.get("audienceGroupId", "")
    return _add(call, int(group_id) if group_id.isdecimal() else None, _ids_in_file(fields))


def _add(call: Call, audience_id: int | None, user_ids: set[str]) -> Answer:
    audience = _find(call, audience_id or 0)
    if not audience.is_ready(call.now):
        raise Refusal(400, "AUDIENCE_GROUP_NOT_READY", RULE)
    audience.user_ids |= user_ids
    audience.changed_at = call.now
    return Answer(status=202)


def _ids_in(body: Json) -> set[str]:
    found = [entry.get("id") or "" for entry in body.get("audiences") or ()]
    for number, user_id in enumerate(found):
        if not USER_ID.fullmatch(user_id):
            raise invalid_property(f"audiences[{number}].id", RULE)
    return set(found)


def _ids_in_file(fields: dict[str, str]) -> set[str]:
    lines = [line.strip() for line in fields.get("file", "").splitlines() if line.strip()]
    if not lines or any(not USER_ID.fullmatch(line) for line in lines):
        raise invalid_property("file", RULE)
    return set(lines)


def _read_form(call: Call) -> dict[str, str]:
    """A form of texts: the one file there is holds one id a line."""
    head = f"content-type: {call.headers['content-type']}\r\n\r\n".encode()
    parts = message_from_bytes(head + call.body, policy=HTTP).iter_parts()
    return {str(part.get_param("name", header="content-disposition")): bytes(part.get_payload(decode=True)).decode() for part in parts}


def get(call: Call) -> Answer:
    audience = _find(call, int(call.values["audience_id"]))
    return Answer(json={"audienceGroup": audience.as_json(call.now), "jobs": []})


def list_all(call: Call) -> Answer:
    audiences = call.account.audiences.all(call.now)
    size = max(1, min(call.number("size", 20), 40))
    start = (max(1, call.number("page", 1)) - 1) * size
    return Answer(
        json={
            "audienceGroups": [audience.as_json(call.now) for audience in audiences[start : start + size]],
            "hasNextPage": start + size < len(audiences),
            "totalCount": len(audiences),
            "readWriteAudienceGroupTotalCount": len(audiences),
            "page": start // size + 1,
            "size": size,
        }
    )


def rename(call: Call) -> Answer:
    body = read_request("audience.UpdateAudienceGroupDescriptionRequest", call.json(), RULE)
    if not body.get("description"):
        raise invalid_property("description", RULE)
    _find(call, int(call.values["audience_id"])).description = body["description"]
    return Answer()


def delete(call: Call) -> Answer:
    call.account.audiences.delete(_find(call, int(call.values["audience_id"])).id)
    return Answer(status=202)


def _find(call: Call, audience_id: int) -> Audience:
    audience = call.account.audiences.find(audience_id, now=call.now)
    if audience is None:
        raise not_found(RULE)
    return audience


UPLOAD = "/v2/bot/audienceGroup/upload"
ENDPOINTS = (
    Endpoint(method="POST", path=UPLOAD, handle=create, takes=Takes.JSON, rate=AUDIENCES),
    Endpoint(method="PUT", path=UPLOAD, handle=add, takes=Takes.JSON, rate=AUDIENCES),
    Endpoint(method="POST", path=f"{UPLOAD}/byFile", handle=create_by_file, takes=Takes.FILE, rate=AUDIENCES, host=Host.DATA),
    Endpoint(method="PUT", path=f"{UPLOAD}/byFile", handle=add_by_file, takes=Takes.FILE, rate=AUDIENCES, host=Host.DATA),
    Endpoint(method="GET", path="/v2/bot/audienceGroup/list", handle=list_all, rate=AUDIENCES),
    Endpoint(method="GET", path="/v2/bot/audienceGroup/{audience_id:int}", handle=get, rate=AUDIENCES),
    Endpoint(method="DELETE", path="/v2/bot/audienceGroup/{audience_id:int}", handle=delete, rate=AUDIENCES),
    Endpoint(
        method="PUT", path="/v2/bot/audienceGroup/{audience_id:int}/updateDescription", handle=rename, takes=Takes.JSON, rate=AUDIENCES
    ),
)
