"""The endpoints that show the bot at work and mark messages as read."""

from bot.simulator.api_call import Answer, Call, Endpoint, ErrorDetail, Refusal, Takes
from bot.simulator.rate_limits import LOADING
from bot.simulator.records import ChatKind, Rule
from bot.simulator.sending import is_reachable, refuse_in_standby, refuse_with
from bot.simulator.sending_api import USER_ID
from bot.simulator.validation import read_request

DEFAULT_SECONDS = 20


def start_loading(call: Call) -> Answer:
    body = read_request("ShowLoadingAnimationRequest", call.json(), Rule.CHAT_STATE)
    seconds = body.get("loadingSeconds")
    seconds = DEFAULT_SECONDS if seconds is None else seconds
    if seconds % 5:
        refuse_with([ErrorDetail(message="must be a multiple of five", property="loadingSeconds", rule=Rule.CHAT_STATE)])
    if not USER_ID.fullmatch(body["chatId"]):
        text = "Only user id is acceptable, please confirm if there are any group/room ids or illegal ids."
        raise Refusal(400, text, Rule.CHAT_STATE, details=(ErrorDetail(message=text, property="chatId", rule=Rule.CHAT_STATE),))
    chat = call.account.chats.get(body["chatId"])
    if chat is not None and chat.kind is ChatKind.USER:
        refuse_in_standby(call, chat)
        if is_reachable(chat, call.now):
            chat.show_loading(until=call.now + seconds * 1000)
    return Answer(status=202)


def mark_as_read(call: Call) -> Answer:
    body = read_request("MarkMessagesAsReadByTokenRequest", call.json(), Rule.CHAT_STATE)
    for chat in call.account.chats.values():
        if chat.mark_read(body["markAsReadToken"]):
            return Answer()
    raise Refusal(400, "Invalid markAsReadToken", Rule.CHAT_STATE)


def mark_as_read_as_partner(call: Call) -> Answer:
    raise Refusal(403, "Access to this API is not available for your account", Rule.CHAT_STATE)


ENDPOINTS = (
    Endpoint(method="POST", path="/v2/bot/chat/loading/start", handle=start_loading, takes=Takes.JSON, rate=LOADING),
    Endpoint(method="POST", path="/v2/bot/chat/markAsRead", handle=mark_as_read, takes=Takes.JSON),
    Endpoint(method="POST", path="/v2/bot/message/markAsRead", handle=mark_as_read_as_partner, takes=Takes.JSON),
)
