"""Which addresses may be told: https, and none inside our own network unless the deployment allows it; asked anew at every connection."""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from core.errors import ProjectError

LONGEST = 500
LOCAL = ("localhost", "127.0.0.1", "::1")
OUTER = ipaddress.IPv6Network("2000::/3")
"""What IPv6 gives to the internet; whatever else there is belongs to somebody's own network, or hides an address of IPv4."""
TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
EXAMPLES = ipaddress.IPv6Network("3fff::/20")

Resolve = Callable[[str, int], Sequence[str]]


class AddressRefusedError(ProjectError):
    """An endpoint must not be there; `problem` is the key of what is wrong."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"the address of an endpoint is refused: {problem}")
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where to connect: the name for TLS, and the addresses that were looked at, so that no other one is asked later."""

    is_secure: bool
    host: str
    port: int
    path: str
    ips: tuple[str, ...]


def resolve(host: str, port: int) -> Sequence[str]:
    """Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def checked_form(url: str, *, allows_private: bool) -> SplitResult:
    """What can be told without asking anybody. Raises AddressRefusedError."""
    if len(url) > LONGEST or not url.isascii() or any(character.isspace() for character in url):
        raise AddressRefusedError("form")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefusedError("form") from None
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment or port == 0:
        raise AddressRefusedError("form")
    if parts.scheme != "https" and not (allows_private and parts.scheme == "http" and parts.hostname in LOCAL):
        raise AddressRefusedError("not_https")
    return parts


def target_of(url: str, *, allows_private: bool, resolve: Resolve = resolve) -> Target:
    """Raises AddressRefusedError where any address of the name lies inside, and where the name is unknown."""
    parts = checked_form(url, allows_private=allows_private)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        ips = tuple(resolve(host, port))
    except (OSError, UnicodeError):
        raise AddressRefusedError("unknown") from None
    if not ips:
        raise AddressRefusedError("unknown")
    if not allows_private and not all(is_public(ip) for ip in ips):
        raise AddressRefusedError("private")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(is_secure=parts.scheme == "https", host=host, port=port, path=path, ips=ips)


def is_public(ip: str) -> bool:
    """Whether the whole internet knows the address; one that hides an inner one in an outer form is inner."""
    address = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if address in TRANSLATED:
            return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
        if address not in OUTER or address in EXAMPLES:
            return False
    return address.is_global and not address.is_multicast
