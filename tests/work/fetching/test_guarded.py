"""The fetcher of recordings goes where it may, and cannot be led anywhere else."""

from __future__ import annotations

import gzip
import io
import socket
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.work.fetching.addresses import HOSTS, Hosts, check_addresses, is_public, target_of
from lib.work.fetching.errors import REASONS, FetchError, pause_before_next
from lib.work.fetching.guarded import Fetcher, Limits
from tests.work.fetching.hostile_host import PUBLIC, Asked, Host, Internet, a_host, leads_to, says

API, STORE = "api.vendor.test", "store.vendor.test"
HOSTS_OF_TEST = Hosts((API, "*.vendor.test"), frozenset({API}))
SOUND = b"RIFF\x24\x00\x00\x00WAVE" + bytes(1000)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with a_host(tmp_path, API, STORE) as made:
        yield made


class Desk:
    """A fetcher, its network, and what names stand for."""

    def __init__(self, host: Host, **limits: Any) -> None:
        self.names: dict[str, list[str]] = {API: [PUBLIC], STORE: [PUBLIC]}
        self.internet = Internet({PUBLIC: host.port})
        self.looked_up: list[str] = []
        self.fetcher = Fetcher(self._resolve, self.internet, host.trusted, Limits(**limits))
        self.file = io.BytesIO()

    def _resolve(self, name: str) -> list[str]:
        self.looked_up.append(name)
        if name not in self.names:
            raise socket.gaierror
        return self.names[name]

    def fetch(self, url: str, key: str | None = None) -> bytes:
        self.fetcher.fetch(url, HOSTS_OF_TEST, self.file, key)
        return self.file.getvalue()

    def failure(self, url: str, key: str | None = None) -> str:
        with pytest.raises(FetchError) as caught:
            self.fetch(url, key)
        assert str(caught.value) == REASONS[caught.value.failure]
        return caught.value.failure


def test_a_recording_is_fetched_by_its_name_from_the_address_that_was_checked(host: Host) -> None:
    host.on("/a.wav?sig=1", says("200 OK", SOUND))
    desk = Desk(host)
    assert desk.fetch(f"https://{STORE}/a.wav?sig=1") == SOUND
    assert (desk.internet.dialled, desk.looked_up) == ([PUBLIC], [STORE])
    assert host.asked[0].host == STORE
    assert host.asked[0].headers["accept-encoding"] == "identity"


def test_the_vendors_key_goes_to_the_vendors_host_and_not_beyond_a_redirect(host: Host) -> None:
    host.on("/call", leads_to(f"https://{STORE}/signed"))
    host.on("/signed", leads_to(f"https://{API}/back"))
    host.on("/back", says("200 OK", SOUND))
    desk = Desk(host)
    assert desk.fetch(f"https://{API}/call", key="secret") == SOUND
    keys = [asked.headers.get("authorization") for asked in host.asked]
    assert keys == ["Bearer secret", None, None]
    host.on("/elsewhere", says("200 OK", SOUND))
    desk.fetch(f"https://{STORE}/elsewhere", key="secret")
    assert "authorization" not in host.asked[-1].headers


FORBIDDEN = [
    "http://169.254.169.254/latest/meta-data/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://2852039166/",
    "https://0251.0376.0251.0376/",
    "https://0xa9.0xfe.0xa9.0xfe/",
    "https://0xa9fea9fe/",
    "https://127.1/",
    "https://localhost/",
    "https://store.vendor.test./",
    "https://store.vendor.test:8443/",
    "https://store.vendor.test@evil.test/",
    "https://user@store.vendor.test/",
    "https://evil.test/?x=store.vendor.test",
    "https://evilvendor.test/",
    "https://vendor.test.evil.test/",
    "https://store.vendor.test\\@evil.test/",
    "https://evil.test#@store.vendor.test/",
    "https://st\u014dre.vendor.test/",
    "https://store.vendor.test\n/",
    "https:///store.vendor.test/",
    "//store.vendor.test/",
    "file:///etc/passwd",
    "ftp://store.vendor.test/",
    "gopher://store.vendor.test/",
    "data:audio/wav;base64,AAAA",
    "",
    "https://",
    "https://store.vendor.test:x/",
    "https://[store.vendor.test/",
]


@pytest.mark.parametrize("url", FORBIDDEN)
def test_a_link_that_leads_elsewhere_is_refused_before_anything_is_looked_up(
    host: Host, url: str
) -> None:
    desk = Desk(host)
    assert desk.failure(url) in {"not_https", "not_allowed"}
    assert (desk.looked_up, desk.internet.dialled) == ([], [])


@pytest.mark.parametrize(
    "url", [url for url in FORBIDDEN if url.isascii() and url and "\n" not in url]
)
def test_a_redirect_that_leads_elsewhere_is_refused(host: Host, url: str) -> None:
    host.on("/", leads_to(url))
    desk = Desk(host)
    # A place without a host is of the host that named it.
    expected = {"not_https", "not_allowed", "missing", "too_many_redirects"}
    assert desk.failure(f"https://{STORE}/") in expected
    assert set(desk.internet.dialled) == {PUBLIC}
    assert {asked.host for asked in host.asked} == {STORE}


NOT_PUBLIC = [
    "0.0.0.1",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
    "not an address",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_a_name_that_stands_for_an_inner_address_is_refused(host: Host, address: str) -> None:
    desk = Desk(host)
    desk.names[STORE] = [PUBLIC, address]
    assert desk.failure(f"https://{STORE}/") == "not_public"
    assert desk.internet.dialled == []


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700::6810:1"])
def test_addresses_of_the_internet_are_allowed(address: str) -> None:
    assert check_addresses([address]) == [address]


@given(st.ip_addresses())
def test_no_private_address_is_ever_public(address: Any) -> None:
    if is_public(str(address)):
        assert address.is_global
        assert not address.is_private
        assert not address.is_link_local
        assert not address.is_multicast


def test_a_name_that_changes_between_check_and_use_gains_nothing(host: Host) -> None:
    host.on("/", says("200 OK", SOUND))
    desk = Desk(host)
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    desk.fetcher._resolver = lambda _: next(answers)
    assert desk.fetch(f"https://{STORE}/") == SOUND
    assert desk.internet.dialled == [PUBLIC]


def test_a_name_that_changes_between_redirects_is_refused(host: Host) -> None:
    host.on("/", leads_to("/again"))
    desk = Desk(host)
    answers = iter([[PUBLIC], ["169.254.169.254"]])
    desk.fetcher._resolver = lambda _: next(answers)
    assert desk.failure(f"https://{STORE}/") == "not_public"
    assert desk.internet.dialled == [PUBLIC]


def test_another_address_is_tried_if_the_first_is_dead(host: Host) -> None:
    host.on("/", says("200 OK", SOUND))
    desk = Desk(host)
    desk.names[STORE] = ["1.1.1.1", PUBLIC]
    assert desk.fetch(f"https://{STORE}/") == SOUND
    assert desk.internet.dialled == ["1.1.1.1", PUBLIC]
    desk.names[STORE] = ["1.1.1.1"]
    assert desk.failure(f"https://{STORE}/") == "unreachable"


def test_proxies_of_the_environment_are_not_asked(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.on("/", says("200 OK", SOUND))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    desk = Desk(host)
    assert desk.fetch(f"https://{STORE}/") == SOUND
    assert desk.internet.dialled == [PUBLIC]


def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    with a_host(tmp_path, "other.test") as host:
        host.on("/", says("200 OK", SOUND))
        assert Desk(host).failure(f"https://{STORE}/") == "bad_certificate"
        assert host.asked == []


def _endless(_: Asked, wrapped: socket.socket) -> None:
    wrapped.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    with suppress(OSError):
        while True:
            wrapped.sendall(b"10000\r\n" + bytes(0x10000) + b"\r\n")


def test_an_endless_body_ends_at_the_cap_in_flat_memory(host: Host) -> None:
    host.on("/", _endless)
    desk = Desk(host, most_bytes=20_000_000)
    desk.file = _Nowhere()
    tracemalloc.start()
    try:
        assert desk.failure(f"https://{STORE}/") == "too_large"
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


class _Nowhere(io.BytesIO):
    def write(self, data: Any) -> int:
        return len(data)


def _dripping(first: bytes, drop: bytes) -> Callable[[Asked, socket.socket], None]:
    def answer(_: Asked, wrapped: socket.socket) -> None:
        wrapped.sendall(first)
        with suppress(OSError):
            while True:
                wrapped.sendall(drop)
                # Until the other side hangs up, or a little while: it must not be asked to wait.
                wrapped.settimeout(0.02)
                with suppress(TimeoutError):
                    if not wrapped.recv(1):
                        return
                wrapped.settimeout(10)

    return answer


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\n", b"x"),
        (b"", b"H"),
    ],
)
def test_a_slow_drip_ends_at_the_deadline(host: Host, first: bytes, drop: bytes) -> None:
    host.on("/", _dripping(first, drop))
    failure = Desk(host, seconds=0.4).failure(f"https://{STORE}/")
    assert failure in ({"too_slow"} if first else {"too_slow", "cut_off"})


def test_silence_ends_at_the_limit_of_a_step(host: Host) -> None:
    def answer(_: Asked, wrapped: socket.socket) -> None:
        with suppress(OSError):
            wrapped.recv(1)

    host.on("/", answer)
    assert Desk(host, step_seconds=0.2).failure(f"https://{STORE}/") == "too_slow"


def test_a_body_that_is_shorter_than_it_says_is_cut_off(host: Host) -> None:
    host.on("/", says("200 OK", SOUND, content_length="99999"))
    assert Desk(host).failure(f"https://{STORE}/") == "cut_off"


def test_a_body_that_is_longer_than_it_says_is_what_it_says(host: Host) -> None:
    host.on("/", says("200 OK", SOUND + b"more", content_length=str(len(SOUND))))
    assert Desk(host).fetch(f"https://{STORE}/") == SOUND


def test_a_body_that_says_it_is_too_large_is_not_read(host: Host) -> None:
    host.on("/", says("200 OK", b"", content_length="9" * 15))
    assert Desk(host).failure(f"https://{STORE}/") == "too_large"


def test_a_gzip_bomb_is_not_unpacked(host: Host) -> None:
    bomb = gzip.compress(bytes(10_000_000))
    host.on("/", says("200 OK", bomb, content_encoding="gzip"))
    desk = Desk(host)
    assert desk.failure(f"https://{STORE}/") == "encoded"
    assert desk.file.getvalue() == b""


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        ("401 Unauthorized", "refused"),
        ("404 Not Found", "missing"),
        ("410 Gone", "missing"),
        ("429 Too Many Requests", "busy"),
        ("503 Unavailable", "busy"),
        ("206 Partial Content", "refused"),
        ("204 No Content", "refused"),
    ],
)
def test_other_answers_have_their_reason(host: Host, status: str, failure: str) -> None:
    host.on("/", says(status))
    assert Desk(host).failure(f"https://{STORE}/") == failure


def test_redirects_end(host: Host) -> None:
    host.on("/", leads_to("/"))
    assert Desk(host).failure(f"https://{STORE}/") == "too_many_redirects"
    assert len(host.asked) == 4


def test_a_name_without_an_address_is_one_of_the_reasons(host: Host) -> None:
    desk = Desk(host)
    del desk.names[STORE]
    assert desk.failure(f"https://{STORE}/") == "no_address"
    desk.names[STORE] = []
    assert desk.failure(f"https://{STORE}/") == "no_address"


def test_errors_hold_neither_link_nor_key(host: Host) -> None:
    desk = Desk(host)
    with pytest.raises(FetchError) as caught:
        desk.fetch("https://evil.test/?token=abc", key="secret")
    assert "abc" not in repr(caught.value)
    assert "secret" not in repr(caught.value)


@given(st.text(max_size=40), st.sampled_from(["https://", "https://api.vapi.ai", ""]))
def test_any_link_is_a_listed_host_or_refused(text: str, start: str) -> None:
    with suppress(FetchError):
        target = target_of(start + text, HOSTS["vapi"])
        assert httpcore.URL(target.url).host.decode() == target.host
        assert target.host in {"api.vapi.ai", "storage.vapi.ai", "storage.googleapis.com"} or (
            target.host.endswith((".amazonaws.com", ".r2.cloudflarestorage.com", ".supabase.co"))
        )


def test_what_may_pass_is_tried_again_and_what_stays_is_not() -> None:
    waits = [pause_before_next("busy", tries) for tries in range(1, 7)]
    assert [wait.total_seconds() if wait else None for wait in waits] == [
        60,
        300,
        1800,
        7200,
        21600,
        None,
    ]
    assert pause_before_next("missing", 3) is not None
    assert pause_before_next("missing", 4) is None
    assert pause_before_next("not_allowed", 1) is None
    assert pause_before_next("not_public", 1) is None
