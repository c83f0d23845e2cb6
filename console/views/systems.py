"""Other systems: tokens, endpoints, and what endpoints were told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from console.texts import named, say
from console.views.choices import Choice
from console.views.paging import Paging
from procedures.outside.models import ApiToken, DeliveryState, WebhookDelivery, WebhookEndpoint
from procedures.outside.scopes import EVENTS, Scope

LASTING = ("365", "90", "0")
USUAL_SCOPES = (Scope.READ.value, Scope.ACKNOWLEDGE.value)
TONES = {
    DeliveryState.WAITING.value: ("info", "clock"),
    DeliveryState.DELIVERED.value: ("success", "check"),
    DeliveryState.FAILED.value: ("error", "warning"),
}


@dataclass(frozen=True, kw_only=True)
class TokenView:
    """One token, told by its last characters."""

    id: int
    system: str
    hint: str
    scopes: tuple[str, ...]
    procedures: tuple[str, ...]
    """Their names; none means all."""
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class EndpointView:
    """One endpoint and how it fares."""

    id: int
    system: str
    url: str
    events: tuple[str, ...]
    procedures: tuple[str, ...]
    created_at: datetime
    failing_since: datetime | None
    disabled_at: datetime | None
    both_until: datetime | None
    """Until then the former secret signs along."""
    waiting: int


@dataclass(frozen=True, kw_only=True)
class SystemForm:
    """A form with what was typed and ticked."""

    values: Mapping[str, str]
    ticked: Mapping[str, Sequence[str]]
    scopes: tuple[Choice, ...]
    events: tuple[Choice, ...]
    procedures: tuple[Choice, ...]
    lasting: tuple[Choice, ...]
    submission: str
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class SystemsView:
    """Everything that is connected."""

    tokens: tuple[TokenView, ...]
    endpoints: tuple[EndpointView, ...]
    token_form: SystemForm
    endpoint_form: SystemForm
    allows_private: bool


@dataclass(frozen=True, kw_only=True)
class MadeView:
    """What is shown once."""

    title: str
    value: str
    """What the secret is."""
    next_step: str
    system: str
    secret: str
    url: str | None


@dataclass(frozen=True, kw_only=True)
class TryView:
    """One try of telling."""

    at: datetime
    words: str
    milliseconds: int


@dataclass(frozen=True, kw_only=True)
class DeliveryView:
    """One event for one endpoint."""

    id: int
    uid: str
    event: str
    number: str
    """The application's; empty for a trial."""
    system: str
    url: str
    state: str
    tone: str
    icon: str
    created_at: datetime
    tries: tuple[TryView, ...]
    may_send: bool


@dataclass(frozen=True, kw_only=True)
class DeliveriesView:
    """A page of the log, the newest first."""

    deliveries: tuple[DeliveryView, ...]
    state: str
    endpoint: str
    paging: Paging

    @property
    def states(self) -> tuple[Choice, ...]:
        return tuple(Choice(value=state.value, label=named("delivery_state", state.value)) for state in DeliveryState)


def token_view(row: ApiToken, titles: Mapping[str, str], now: datetime) -> TokenView:
    return TokenView(
        id=row.id,
        system=row.system,
        hint=row.hint,
        scopes=tuple(scope_name(scope) for scope in row.scopes),
        procedures=tuple(titles.get(key, key) for key in row.procedures),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        is_open=row.revoked_at is None and (row.expires_at is None or row.expires_at > now),
    )


def endpoint_view(row: WebhookEndpoint, titles: Mapping[str, str], waiting: int, now: datetime) -> EndpointView:
    return EndpointView(
        id=row.id,
        system=row.system,
        url=row.url,
        events=tuple(event_name(event) for event in row.events),
        procedures=tuple(titles.get(key, key) for key in row.procedures),
        created_at=row.created_at,
        failing_since=row.failing_since,
        disabled_at=row.disabled_at,
        both_until=row.former_until if row.former_until is not None and row.former_until > now else None,
        waiting=waiting,
    )


def delivery_view(row: WebhookDelivery, endpoint: WebhookEndpoint) -> DeliveryView:
    tone, icon = TONES[row.state]
    about = row.body.get("application") or {}
    return DeliveryView(
        id=row.id,
        uid=row.uid,
        event=event_name(row.event),
        number=about.get("number", ""),
        system=endpoint.system,
        url=endpoint.url,
        state=named("delivery_state", row.state),
        tone=tone,
        icon=icon,
        created_at=row.created_at,
        tries=tuple(_try(one) for one in row.tries),
        may_send=endpoint.removed_at is None and endpoint.disabled_at is None,
    )


def event_name(event: str) -> str:
    return named("system_event", event.rpartition(".")[2])


def scope_name(scope: str) -> str:
    return named("scope", scope.rpartition(":")[2])


def made_view(kind: str, system: str, secret: str, url: str | None = None) -> MadeView:
    """`kind` is token, endpoint or rotated."""
    return MadeView(
        title=say(f"systems.made.{kind}_title"),
        value=say(f"systems.made.{kind}_value"),
        next_step=say(f"systems.made.{kind}_next"),
        system=system,
        secret=secret,
        url=url,
    )


def blank_token_form(titles: Mapping[str, str], submission: str) -> SystemForm:
    return replace(_blank(titles, submission), values={"system": "", "days": LASTING[0]}, ticked={"scopes": USUAL_SCOPES, "procedures": ()})


def blank_endpoint_form(titles: Mapping[str, str], submission: str) -> SystemForm:
    ticked = {"events": tuple(event.value for event in EVENTS), "procedures": ()}
    return replace(_blank(titles, submission), values={"system": "", "url": ""}, ticked=ticked)


def filled(form: SystemForm, values: Mapping[str, str], ticked: Mapping[str, Sequence[str]], problem: str) -> SystemForm:
    return replace(form, values=values, ticked=ticked, problem=problem)


def _blank(titles: Mapping[str, str], submission: str) -> SystemForm:
    return SystemForm(
        values={},
        ticked={},
        scopes=tuple(Choice(value=scope.value, label=scope_name(scope.value)) for scope in Scope),
        events=tuple(Choice(value=event.value, label=event_name(event.value)) for event in EVENTS),
        procedures=tuple(Choice(value=key, label=title) for key, title in titles.items()),
        lasting=tuple(Choice(value=days, label=named("token_lasting", days)) for days in LASTING),
        submission=submission,
    )


def _try(one: Mapping[str, object]) -> TryView:
    status = one.get("status")
    words = say("delivery_try.status", status=status) if status is not None else named("delivery_problem", str(one.get("problem", "")))
    return TryView(at=datetime.fromisoformat(str(one["at"])), words=words, milliseconds=int(str(one["milliseconds"])))
