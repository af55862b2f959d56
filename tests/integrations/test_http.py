"""The way out: configured host only, bounded, and every trouble with the right flags."""

from __future__ import annotations

import hashlib
import socket
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from integrations.http import Wire, file_bytes, refused, retry_after
from integrations.protocol import AdapterError
from tests.integrations.scripted import Say, Scripted
from tickets.domain.messages import OutgoingFile

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def trouble_of(wire: Wire, method: str = "GET", path: str = "/x", **options: object) -> AdapterError:
    with pytest.raises(AdapterError) as told:
        wire.send(method, path, **options)  # type: ignore[arg-type]
    wire.close()
    return told.value


def test_a_whole_answer_of_any_status_is_given_back() -> None:
    with Scripted(Say(b"no", 409, {"X-Said": "yes"})) as server:
        wire = Wire(server.url + "/api")
        answer = wire.send("POST", "/a%2Fb/sign", params={"q": "a b"}, body=b"{}", headers={"x-api-key": "k"})
        wire.close()
    assert (answer.status, answer.headers["x-said"], answer.body) == (409, "yes", b"no")
    assert server.asked[0].path.startswith("/api/a%2Fb/sign?q=a")
    assert server.asked[0].headers["x-api-key"] == "k"


def test_redirects_are_not_followed() -> None:
    with Scripted(Say(b"", 302, {"Location": "http://127.0.0.1:1/"})) as server:
        wire = Wire(server.url)
        assert wire.send("GET", "/x").status == 302
        wire.close()
    assert len(server.asked) == 1
    assert refused(302, "moved").permanent


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/x",
        "https://127.0.0.1/x",
        "http://example.test/x",
        "//example.test/x",
        "file:///etc/passwd",
        "http://127.0.0.1@example.test/",
    ],
)
def test_no_other_host_is_ever_called(address: str) -> None:
    with Scripted() as server:
        trouble = trouble_of(Wire(server.url), path=address)
    assert (trouble.code, trouble.permanent) == ("foreign_host", True)
    assert server.asked == []


def test_an_address_on_the_same_host_is_called() -> None:
    with Scripted(Say(b"bytes")) as server:
        wire = Wire(server.url + "/api")
        assert wire.send("GET", server.url + "/api/files/F1").body == b"bytes"
        wire.close()


def test_the_environment_gives_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with Scripted(Say(b"ok")) as server:
        wire = Wire(server.url)
        assert wire.send("GET", "/x").body == b"ok"
        wire.close()


def test_nobody_listening_is_no_unclear_outcome() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    trouble = trouble_of(Wire(address), "POST")
    assert (trouble.code, trouble.unclear, trouble.permanent) == ("unreachable", False, False)


def test_silence_is_unclear() -> None:
    with Scripted(Say(b"late", delay=5)) as server:
        trouble = trouble_of(Wire(server.url, read=0.2), "POST", body=b"{}")
    assert (trouble.code, trouble.unclear) == ("timeout", True)


def test_an_answer_that_trickles_ends_with_the_total_time() -> None:
    with Scripted(Say(b"x" * 200, trickle=0.05)) as server:
        began = time.monotonic()
        trouble = trouble_of(Wire(server.url, read=5, total=0.4))
    assert (trouble.code, trouble.unclear) == ("timeout", True)
    assert time.monotonic() - began < 8


def test_a_line_cut_in_the_middle_is_unclear() -> None:
    with Scripted(Say(b'{"code":"0","da', drop=True)) as server:
        trouble = trouble_of(Wire(server.url))
    assert (trouble.code, trouble.unclear) == ("dropped", True)


def test_an_answer_is_bounded() -> None:
    with Scripted(Say(b"x" * 2000), Say(b"x" * 2000)) as server:
        wire = Wire(server.url)
        reading = trouble_of(wire, "GET", limit=1000)
        telling = trouble_of(wire, "POST", limit=1000, body=b"{}")
    assert (reading.code, reading.permanent, reading.unclear) == ("too_large", True, False)
    assert (telling.code, telling.permanent, telling.unclear) == ("too_large", False, True)


def test_one_connection_serves_many_calls_each_with_its_own_total_time() -> None:
    with Scripted(*[Say(b"ok", delay=0.6) for _ in range(4)]) as server:
        wire = Wire(server.url, total=2)  # four of them take longer
        assert [wire.send("GET", "/x").body for _ in range(4)] == [b"ok"] * 4
        wire.close()


def test_the_signer_sees_the_path_as_sent() -> None:
    seen: list[tuple[str, str, bytes]] = []

    def sign(method: str, path: str, body: bytes) -> dict[str, str]:
        seen.append((method, path, body))
        return {"X-Signature": "s"}

    with Scripted(Say(b"ok")) as server:
        wire = Wire(server.url + "/v1")
        wire.send("GET", "/changes", params={"after": "", "day": "2026-03-01 00:00:00"}, sign=sign)
        wire.close()
    assert seen == [("GET", server.asked[0].path, b"")]
    assert server.asked[0].headers["x-signature"] == "s"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "Mon, 02 Mar 2026 01:02:00 GMT"}, 120.0),
        ({"retry-after": "Mon, 02 Mar 2026 01:02:00 GMT", "date": "Mon, 02 Mar 2026 01:01:00 GMT"}, 60.0),
        ({"retry-after": "Mon, 02 Mar 2026 01:02:00 GMT", "date": "Mon, 02 Mar 2026 09:00:00 GMT"}, 120.0),
        ({"retry-after": "Mon, 02 Mar 2026 00:00:00 GMT"}, 0.0),
        ({"retry-after": "99999999999"}, 86_400.0),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "flags"),
    [
        (400, {"permanent"}),
        (401, {"stop"}),
        (403, {"permanent"}),
        (404, {"permanent"}),
        (409, {"permanent", "conflict"}),
        (413, {"permanent"}),
        (422, {"permanent"}),
        (429, {"retry_after"}),
        (500, {"unclear"}),
        (502, {"unclear"}),
        (200, {"unclear"}),
        (301, {"permanent"}),
    ],
)
def test_what_each_status_means(status: int, flags: set[str]) -> None:
    trouble = refused(status, "said")
    assert {
        name for name in ("permanent", "stop", "conflict", "unclear", "retry_after") if getattr(trouble, name)
    } == flags


def test_a_file_of_ours_is_checked_before_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"photo")
    good = OutgoingFile(1, "a.jpg", 5, hashlib.sha256(b"photo").hexdigest(), str(path))
    assert file_bytes(good) == b"photo"
    cases = {
        "file_changed": OutgoingFile(1, "a.jpg", 5, "0" * 64, str(path)),
        "file_missing": OutgoingFile(1, "a.jpg", 5, "", str(tmp_path / "none")),
        "too_large": OutgoingFile(1, "a.jpg", 21 * 1024 * 1024, "", str(path)),
    }
    for code, file in cases.items():
        with pytest.raises(AdapterError) as told:
            file_bytes(file)
        assert (told.value.code, told.value.permanent) == (code, True)
