"""Whether a LINE channel is set up as this product needs it, step by step."""

from dataclasses import dataclass

import urllib3
from linebot.v3.messaging import ApiException, TestWebhookEndpointRequest

from bot.line.client import TIMEOUT, LineClient
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
    name = f"LINE（{municipality_id}）"
    try:
        info = client.api.get_bot_info(_request_timeout=TIMEOUT)
    except ApiException as error:
        remedy = "チャネルアクセストークン（長期）を LINE Developers の「Messaging API設定」で発行し直し、環境変数に入れてください。"
        return (Finding(name=f"{name} 接続", is_well=False, detail=f"HTTP {error.status}", remedy=remedy),)
    except urllib3.exceptions.HTTPError as error:
        remedy = "サーバーから api.line.me（443番）へ出られるか、LINE_API_URL が正しいかを確かめてください。"
        return (Finding(name=f"{name} 接続", is_well=False, detail=type(error).__name__, remedy=remedy),)
    findings = [Finding(name=f"{name} 接続", is_well=True, detail=f"{info.display_name}（{info.basic_id}）")]
    findings.append(_chat_mode(name, str(info.chat_mode)))
    findings += _webhook(name, client, municipality_id, public_url)
    findings.append(_quota(name, client))
    client.close()
    return tuple(findings)


def _chat_mode(name: str, mode: str) -> Finding:
    """In the chat mode LINE's own auto-reply and people in its app may answer beside us."""
    if mode.endswith("bot"):
        return Finding(name=f"{name} 応答モード", is_well=True, detail="Bot")
    return Finding(
        name=f"{name} 応答モード",
        is_well=False,
        detail="チャット",
        remedy="LINE Official Account Manager の「応答設定」で、チャットと応答メッセージをオフ、Webhookをオンにしてください。",
    )


def _webhook(name: str, client: LineClient, municipality_id: str, public_url: str | None) -> list[Finding]:
    wanted = f"{public_url}/webhook/{municipality_id}" if public_url else None
    place = "LINE Developers の「Messaging API設定」の「Webhook URL」"
    try:
        known = client.api.get_webhook_endpoint(_request_timeout=TIMEOUT)
    except ApiException:
        remedy = f"{place}に {wanted or 'https://（このサーバー）/webhook/' + municipality_id} を入れてください。"
        return [Finding(name=f"{name} Webhook", is_well=False, detail="未設定", remedy=remedy)]
    findings = []
    if wanted and known.endpoint != wanted:
        findings.append(
            Finding(name=f"{name} Webhook", is_well=False, detail=known.endpoint, remedy=f"{place}を {wanted} に直してください。")
        )
    else:
        findings.append(Finding(name=f"{name} Webhook", is_well=True, detail=known.endpoint))
    if not known.active:
        findings.append(
            Finding(name=f"{name} Webhookの利用", is_well=False, detail="オフ", remedy="同じ画面の「Webhookの利用」をオンにしてください。")
        )
    return [*findings, _webhook_test(name, client)]


def _webhook_test(name: str, client: LineClient) -> Finding:
    try:
        result = client.api.test_webhook_endpoint(TestWebhookEndpointRequest(), _request_timeout=(3.0, 20.0))
    except (ApiException, urllib3.exceptions.HTTPError) as error:
        return Finding(
            name=f"{name} Webhookの検証", is_well=False, detail=type(error).__name__, remedy="少し待って、もう一度試してください。"
        )
    remedies = {
        "COULD_NOT_CONNECT": "サーバーが動いているか、DNSと証明書、443番の開放を確かめてください。",
        "REQUEST_TIMEOUT": "サーバーが2秒以内に答えていません。負荷と、手前の中継サーバーを確かめてください。",
        "ERROR_STATUS_CODE": "チャネルシークレットが正しいか（401）、パスの自治体IDが正しいか（404）を確かめてください。",
    }
    if result.success:
        return Finding(name=f"{name} Webhookの検証", is_well=True, detail="成功")
    reason = str(result.reason)
    return Finding(name=f"{name} Webhookの検証", is_well=False, detail=f"{reason} {result.detail}", remedy=remedies.get(reason, reason))


def _quota(name: str, client: LineClient) -> Finding:
    try:
        limit, used = client.quota()
    except TemporaryError as error:
        return Finding(name=f"{name} 通数", is_well=False, detail=str(error), remedy="少し待って、もう一度試してください。")
    if limit is None:
        return Finding(name=f"{name} 通数", is_well=True, detail=f"今月 {used} 通（上限なし）")
    is_well = used < limit * 0.9
    remedy = "" if is_well else "今月の上限が近づいています。プランを上げるか、プッシュの原因（返信の遅れ）を調べてください。"
    return Finding(name=f"{name} 通数", is_well=is_well, detail=f"今月 {used} / {limit} 通", remedy=remedy)
