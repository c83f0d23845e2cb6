"""Addresses of endpoints: https, and nothing inside unless the deployment says so."""

from collections.abc import Sequence

import pytest

from procedures.outside.addresses import AddressRefusedError, is_public, target_of


def at(*ips: str) -> object:
    def resolve(host: str, port: int) -> Sequence[str]:
        return ips

    return resolve


def unknown(host: str, port: int) -> Sequence[str]:
    raise OSError("no such name")


def test_target_holds_what_is_connected_to() -> None:
    target = target_of("https://gomi.example.jp:8443/hook?a=1", allows_private=False, resolve=at("203.0.114.7", "2400:cb00::1"))  # type: ignore[arg-type]
    assert (target.is_secure, target.host, target.port, target.path) == (True, "gomi.example.jp", 8443, "/hook?a=1")
    assert target.ips == ("203.0.114.7", "2400:cb00::1")
    assert target_of("https://gomi.example.jp", allows_private=False, resolve=at("203.0.114.7")).path == "/"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://gomi.example.jp/", "not_https"),
        ("ftp://gomi.example.jp/", "not_https"),
        ("gomi.example.jp", "form"),
        ("https://", "form"),
        ("https://a:b@gomi.example.jp/", "form"),
        ("https://gomi.example.jp/#x", "form"),
        ("https://gomi.example.jp:0/", "form"),
        ("https://gomi.example.jp:99999/", "form"),
        ("https://gomi.example.jp/a b", "form"),
        ("https://ごみ.example.jp/", "form"),
        ("https://[::1/", "form"),
        ("https://gomi.example.jp/" + "a" * 500, "form"),
    ],
)
def test_other_forms_are_refused(url: str, problem: str) -> None:
    with pytest.raises(AddressRefusedError) as caught:
        target_of(url, allows_private=False, resolve=at("203.0.114.7"))  # type: ignore[arg-type]
    assert caught.value.problem == problem


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1",
        "::1", "::", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "192.0.2.1",
        # Of one's own network, or IPv4 in a form that used to be taken for outside.
        "fec0::1", "64:ff9b:1::a00:1", "::127.0.0.1", "::ffff:0:10.0.0.1", "5f00::1", "3fff::1",
    ],
)  # fmt: skip
def test_inner_addresses_are_refused_unless_the_setting_allows_them(ip: str) -> None:
    url = "https://inner.example.jp/hook"
    with pytest.raises(AddressRefusedError) as caught:
        target_of(url, allows_private=False, resolve=at("203.0.114.7", ip))  # type: ignore[arg-type]
    assert caught.value.problem == "private"
    assert target_of(url, allows_private=True, resolve=at("203.0.114.7", ip)).ips[1] == ip  # type: ignore[arg-type]
    assert is_public("203.0.114.7")
    assert is_public("::ffff:203.0.114.7")


def test_name_that_nobody_knows_is_refused() -> None:
    with pytest.raises(AddressRefusedError) as caught:
        target_of("https://nowhere.example.jp/", allows_private=True, resolve=unknown)
    assert caught.value.problem == "unknown"


def test_without_https_only_this_machine_is_told_and_only_with_the_setting() -> None:
    resolve = at("127.0.0.1")
    assert not target_of("http://127.0.0.1:9000/", allows_private=True, resolve=resolve).is_secure  # type: ignore[arg-type]
    for url, allows_private in (("http://127.0.0.1:9000/", False), ("http://10.0.0.1/", True)):
        with pytest.raises(AddressRefusedError) as caught:
            target_of(url, allows_private=allows_private, resolve=resolve)  # type: ignore[arg-type]
        assert caught.value.problem == "not_https"
