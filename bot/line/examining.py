"""Whether a LINE channel is set up as this product needs it, step by step."""

from dataclasses import dataclass

import urllib3
from linebot.v3.messaging import ApiException, TestWebhookEndpointRequest

from bot.line.client import TIMEOUT, LineClient
from bot.texts import named, say
from core.errors import TemporaryError
from core.settings import ChannelKeys


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at. `remedy` is empty when all is well."""

    name: str
    is_well: bool
    detail: str
    remedy: str = ""


def examine_channel(municipality_id: str, keys: ChannelKeys, api_url: str | None, public_url: str | None) -> tuple[Finding, ...]:
    """Asks LINE who we are, where it delivers, and how much may still be sent."""
    client = LineClient(keys.access_token, api_url)
    name = say("channel.connection", municipality=municipality_id)
    try:
        info = client.api.get_bot_info(_request_timeout=TIMEOUT)
    except ApiException as error:
        return (Finding(name=name, is_well=False, detail=f"HTTP {error.status}", remedy=say("channel.token")),)
    except urllib3.exceptions.HTTPError as error:
        return (Finding(name=name, is_well=False, detail=type(error).__name__, remedy=say("channel.network")),)
    findings = [Finding(name=name, is_well=True, detail=say("channel.connected", name=info.display_name, basic_id=info.basic_id))]
    findings.append(_chat_mode(municipality_id, str(info.chat_mode)))
    findings += _webhook(client, municipality_id, public_url)
    findings.append(_quota(client, municipality_id))
    client.close()
    return tuple(findings)


def _chat_mode(municipality_id: str, mode: str) -> Finding:
    """In the chat mode LINE's own auto-reply and people in its app may answer beside us."""
    name = say("channel.mode", municipality=municipality_id)
    if mode.endswith("bot"):
        return Finding(name=name, is_well=True, detail=say("channel.mode_bot"))
    return Finding(name=name, is_well=False, detail=say("channel.mode_chat"), remedy=say("channel.mode_remedy"))


def _webhook(client: LineClient, municipality_id: str, public_url: str | None) -> list[Finding]:
    name = say("channel.webhook", municipality=municipality_id)
    wanted = f"{public_url}/webhook/{municipality_id}" if public_url else None
    try:
        known = client.api.get_webhook_endpoint(_request_timeout=TIMEOUT)
    except ApiException:
        address = wanted or say("channel.webhook_own_address", municipality=municipality_id)
        remedy = say("channel.webhook_set", address=address)
        return [Finding(name=name, is_well=False, detail=say("channel.webhook_unset"), remedy=remedy)]
    is_well = wanted is None or known.endpoint == wanted
    remedy = "" if is_well else say("channel.webhook_correct", address=wanted)
    findings = [Finding(name=name, is_well=is_well, detail=known.endpoint, remedy=remedy)]
    if not known.active:
        name = say("channel.use", municipality=municipality_id)
        findings.append(Finding(name=name, is_well=False, detail=say("channel.use_off"), remedy=say("channel.use_remedy")))
    return [*findings, _webhook_test(client, municipality_id)]


def _webhook_test(client: LineClient, municipality_id: str) -> Finding:
    name = say("channel.test", municipality=municipality_id)
    try:
        result = client.api.test_webhook_endpoint(TestWebhookEndpointRequest(), _request_timeout=(3.0, 20.0))
    except (ApiException, urllib3.exceptions.HTTPError) as error:
        return Finding(name=name, is_well=False, detail=type(error).__name__, remedy=say("channel.again"))
    if result.success:
        return Finding(name=name, is_well=True, detail=say("channel.test_passed"))
    reason = str(result.reason)
    return Finding(name=name, is_well=False, detail=f"{reason} {result.detail}", remedy=named("webhook_reason", reason))


def _quota(client: LineClient, municipality_id: str) -> Finding:
    name = say("channel.quota", municipality=municipality_id)
    try:
        limit, used = client.quota()
    except TemporaryError:
        return Finding(name=name, is_well=False, detail=say("channel.quota_unreadable"), remedy=say("channel.again"))
    if limit is None:
        return Finding(name=name, is_well=True, detail=say("channel.quota_unlimited", used=used))
    is_well = used < limit * 0.9
    remedy = "" if is_well else say("channel.quota_remedy")
    return Finding(name=name, is_well=is_well, detail=say("channel.quota_limited", used=used, limit=limit), remedy=remedy)
