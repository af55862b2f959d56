"""Signatures: the published vectors, rotation, the window, and everything that must be refused."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from integrations.adapters.business import mapping
from integrations.adapters.business.signing import LARGEST, WebhookRefused, request_signature, sign, verify, webhook_key

KEY = "whsec_ZXhhbXBsZS1rZXktb2YtdGhlLXdpcmUtZG9jdW1lbnQ="
OTHER = "whsec_" + base64.b64encode(b"another key of ours").decode()
ID, STAMP = "evt_0000000000000017", "1772414103"
RAW = b'{"type":"endpoint.ping","timestamp":"2026-03-02T09:15:03+08:00","data":{}}'
VECTOR = "v1,i6891Xtaw3pT7Cx7+Wh4u70EJQgG6/AxzCeFnoOD8d0="
NOW = datetime.fromtimestamp(int(STAMP), UTC)


def headers(signature: str = VECTOR, **changed: str) -> dict[str, str]:
    given = {"webhook-id": ID, "webhook-timestamp": STAMP, "webhook-signature": signature}
    return given | {name.replace("_", "-"): value for name, value in changed.items()}


def refusal(given: dict[str, str], raw: bytes = RAW, secrets: list[str] | None = None, now: datetime = NOW) -> int:
    with pytest.raises(WebhookRefused) as told:
        verify(given, raw, [KEY] if secrets is None else secrets, now)
    assert told.value.zh
    assert told.value.en
    return told.value.status


def test_the_published_vectors() -> None:
    assert sign(KEY, f"{ID}.{STAMP}.".encode() + RAW) == VECTOR
    wanted = "03ad204a07fb9deea6bb883cf0ec811f2f9540b523582e23299e4bc53143086f"
    path = "/openapi/v1/demands/QY2026030200000017/start"
    got = request_signature(
        "example-secret", "POST", path, timestamp="1773300000", nonce="0123456789abcdef", body=b'{"round":1}'
    )
    assert got == wanted


def test_a_right_push_is_an_item_under_its_event_id() -> None:
    item = verify({name.title(): value for name, value in headers().items()}, RAW, [KEY], NOW)
    assert item.key == ID
    assert mapping.read(item.raw) == []


@pytest.mark.parametrize(
    "signature",
    [f"v1,AAAA {VECTOR}", f"v1a,abc {VECTOR}", f"{VECTOR} v1,{'B' * 43}=", f"v2,xyz  {VECTOR} v1,"],
)
def test_any_v1_that_matches_is_enough_while_keys_rotate(signature: str) -> None:
    assert verify(headers(signature), RAW, [OTHER, KEY], NOW).key == ID


def test_a_signature_by_the_new_key_only() -> None:
    new_only = sign(OTHER, f"{ID}.{STAMP}.".encode() + RAW)
    assert verify(headers(new_only), RAW, [KEY, OTHER], NOW).key == ID
    assert refusal(headers(new_only), secrets=[KEY]) == 401


@pytest.mark.parametrize(
    "signature", ["", "v1,", VECTOR.replace("v1,", "v1a,"), VECTOR[3:], VECTOR[:-2], "v1,é", VECTOR.replace(",", ", ")]
)
def test_wrong_signatures(signature: str) -> None:
    assert refusal(headers(signature)) == 401


def test_without_keys_nothing_is_taken() -> None:
    assert refusal(headers(), secrets=[]) == 401


def test_the_body_the_id_and_the_timestamp_are_all_signed() -> None:
    assert refusal(headers(), RAW + b" ") == 401
    assert refusal(headers(webhook_id="evt_0000000000000018")) == 401
    assert refusal(headers(webhook_timestamp="1772414104")) == 401


@pytest.mark.parametrize(("seconds", "taken"), [(300, True), (-300, True), (301, False), (-301, False)])
def test_the_window(seconds: int, taken: bool) -> None:
    now = NOW + timedelta(seconds=seconds)
    if taken:
        assert verify(headers(), RAW, [KEY], now).key == ID
    else:
        assert refusal(headers(), now=now) == 401


@pytest.mark.parametrize("stamp", ["", "soon", "-1", "1772414103.5", "٣", "9" * 40])
def test_a_timestamp_that_is_none(stamp: str) -> None:
    assert refusal(headers(webhook_timestamp=stamp)) == 401


@pytest.mark.parametrize("name", ["", "e" * 101, "编号", "a\nb"])
def test_an_id_that_is_none(name: str) -> None:
    assert refusal(headers(webhook_id=name)) == 401


def test_over_a_megabyte() -> None:
    assert refusal(headers(), b"x" * (LARGEST + 1)) == 413


def test_what_cannot_be_parsed_is_kept_byte_for_byte() -> None:
    raw = b'{"type":'
    given = headers(sign(KEY, f"{ID}.{STAMP}.".encode() + raw))
    item = verify(given, raw, [KEY], NOW)
    assert (item.key, item.raw, item.identity) == (ID, raw, "")


def test_a_push_in_gbk_equals_the_pull_in_utf8() -> None:
    record = {
        "id": ID,
        "type": "demand.urged",
        "data": {"demandNo": "QY1", "round": 1, "detail": {"content": "请尽快"}},
    }
    raw = json.dumps(record, ensure_ascii=False).encode("gbk")
    pushed = verify(headers(sign(KEY, f"{ID}.{STAMP}.".encode() + raw)), raw, [KEY], NOW)
    assert pushed == mapping.item(record)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_not base64", KEY.removeprefix("whsec_")])
def test_a_malformed_secret_speaks_at_start(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_"):
        webhook_key(secret)
