"""The endpoints that issue, check and revoke tokens: channel access tokens of every kind, and ID tokens."""

from collections.abc import Callable
from urllib.parse import parse_qs

from bot.simulator.access_tokens import MOST_SHORT_LIVED, SHORT_LIVED_MS, STATELESS_MS, AccessToken, TokenKind
from bot.simulator.account import Account
from bot.simulator.api_call import Answer, Call, Endpoint, Refusal, Takes
from bot.simulator.assertions import read_assertion
from bot.simulator.id_tokens import InvalidTokenError, public_keys, verify_id_token
from bot.simulator.rate_limits import TOKENS
from bot.simulator.records import Json, Rule

LONGEST_LIFE_SECONDS = 30 * 24 * 60 * 60


def _refuse(error: str, description: str, rule: Rule | None = Rule.TOKENS) -> Refusal:
    return Refusal(400, description, rule, body={"error": error, "error_description": description})


def _form(call: Call) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(call.body.decode("utf-8", "replace")).items()}


def _channel(call: Call, client_id: str | None) -> Account:
    for account in call.platform.accounts.values():
        if client_id == account.channel.id:
            return account
    raise _refuse("invalid_client", "invalid client_id")


def _authenticated(call: Call, form: dict[str, str]) -> Account:
    if form.get("grant_type") != "client_credentials":
        raise _refuse("invalid_request", "unsupported grant_type")
    account = _channel(call, form.get("client_id"))
    if form.get("client_secret") != account.channel.secret:
        raise _refuse("invalid_client", "invalid client_secret")
    return account


def _issued(call: Call, account: Account, kind: TokenKind, life_ms: int, key_id: str = "") -> Json:
    token = call.platform.identifiers.token("eyJhbGciOiJIUzI1NiJ9.")
    account.access_tokens.issue(token, kind, now=call.now, life_ms=life_ms, key_id=key_id)
    return {"access_token": token, "expires_in": life_ms // 1000, "token_type": "Bearer"}


def issue_short_lived(call: Call) -> Answer:
    account = _authenticated(call, _form(call))
    if len(account.access_tokens.alive(TokenKind.SHORT_LIVED, now=call.now)) >= MOST_SHORT_LIVED:
        raise _refuse("invalid_request", f"at most {MOST_SHORT_LIVED} short-lived tokens can be alive")
    return Answer(json=_issued(call, account, TokenKind.SHORT_LIVED, SHORT_LIVED_MS))


def issue_stateless(call: Call) -> Answer:
    form = _form(call)
    account = _asserted(call, form)[0] if "client_assertion" in form else _authenticated(call, form)
    return Answer(json=_issued(call, account, TokenKind.STATELESS, STATELESS_MS))


def issue_by_assertion(call: Call) -> Answer:
    account, claims, key_id = _asserted(call, _form(call))
    seconds = claims.get("token_exp", LONGEST_LIFE_SECONDS)
    if not isinstance(seconds, int) or not 0 < seconds <= LONGEST_LIFE_SECONDS:
        raise _refuse("invalid_client", "Invalid token_exp")
    if len(account.access_tokens.alive(TokenKind.VERSION_2_1, now=call.now)) >= MOST_SHORT_LIVED:
        raise _refuse("invalid_request", f"at most {MOST_SHORT_LIVED} tokens can be alive")
    return Answer(json=_issued(call, account, TokenKind.VERSION_2_1, seconds * 1000, key_id) | {"key_id": key_id})


def _asserted(call: Call, form: dict[str, str]) -> tuple[Account, Json, str]:
    try:
        keys = {account.channel.id: account.assertion_keys for account in call.platform.accounts.values()}
        claims, key_id = read_assertion(form.get("client_assertion", ""), keys, now_seconds=call.now // 1000)
    except ValueError as error:
        raise _refuse("invalid_client", str(error)) from error
    return _channel(call, claims["iss"]), claims, key_id


def verify_access_token(call: Call) -> Answer:
    token = call.query.get("access_token") or _form(call).get("access_token", "")
    account, found = _find(call, token)
    remaining = SHORT_LIVED_MS if found.expires_at is None else found.expires_at - call.now
    return Answer(json={"client_id": account.channel.id, "expires_in": remaining // 1000, "scope": "P CM"})


def revoke(call: Call) -> Answer:
    token = _form(call).get("access_token", "")
    for account in call.platform.accounts.values():
        account.access_tokens.revoke(token)
    return Answer(data=b"")


def key_ids(call: Call) -> Answer:
    assertion = {"client_assertion": call.query.get("client_assertion", "")}
    account = _asserted(call, assertion)[0]
    return Answer(json={"kids": [token.key_id for token in account.access_tokens.alive(TokenKind.VERSION_2_1, now=call.now)]})


def _find(call: Call, token: str) -> tuple[Account, AccessToken]:
    for account in call.platform.accounts.values():
        if found := account.access_tokens.find(token, now=call.now):
            return account, found
    raise _refuse("invalid_request", "The access token is invalid or expired", None)


def check_id_token(call: Call) -> Answer:
    """A refused token is no fault of the bot: anybody may have sent it one."""
    form = _form(call)
    if not form.get("id_token") or not form.get("client_id"):
        raise _refuse("invalid_request", "id_token and client_id are required")
    try:
        claims = verify_id_token(
            form["id_token"],
            audience=form["client_id"],
            now_seconds=call.now // 1000,
            nonce=form.get("nonce"),
            person_id=form.get("user_id"),
        )
    except InvalidTokenError as error:
        raise _refuse("invalid_request", str(error), None) from error
    return Answer(json=claims)


def certificates(call: Call) -> Answer:
    return Answer(json=public_keys())


def _open(method: str, path: str, handle: Callable[[Call], Answer], *, takes: Takes = Takes.FORM) -> Endpoint:
    return Endpoint(method=method, path=path, handle=handle, takes=takes, rate=TOKENS, is_public=True)


ENDPOINTS = (
    _open("POST", "/v2/oauth/accessToken", issue_short_lived),
    _open("POST", "/v2/oauth/verify", verify_access_token),
    _open("POST", "/v2/oauth/revoke", revoke),
    _open("POST", "/oauth2/v3/token", issue_stateless),
    _open("POST", "/oauth2/v2.1/token", issue_by_assertion),
    _open("POST", "/oauth2/v2.1/revoke", revoke),
    _open("GET", "/oauth2/v2.1/verify", verify_access_token, takes=Takes.NOTHING),
    _open("POST", "/oauth2/v2.1/verify", check_id_token),
    _open("GET", "/oauth2/v2.1/tokens/kid", key_ids, takes=Takes.NOTHING),
    _open("GET", "/oauth2/v2.1/certs", certificates, takes=Takes.NOTHING),
)
