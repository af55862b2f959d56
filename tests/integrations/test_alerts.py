"""Alerts leave by a real mail server and real HTTP robots: once, later where refused, never again where it is unclear."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from config.supervise import ports
from hotline.models import User
from integrations import alerts
from tests.tickets.making import NOW
from tickets.models import Alert, AlertState

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]


class Letters(Message):
    """Keeps what came; ``answers``: what it says instead of taking the next."""

    def __init__(self) -> None:
        super().__init__()
        self.came: list[Any] = []
        self.answers: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answers:
            return self.answers.pop(0)
        return str(await super().handle_DATA(server, session, envelope))

    def handle_message(self, message: Any) -> None:
        self.came.append(message)


@pytest.fixture
def post(settings: Any) -> Iterator[Letters]:
    letters = Letters()
    port = ports.any_free()
    controller = Controller(letters, hostname="127.0.0.1", port=port)
    controller.start()
    settings.ALERTS = {"email": {"address": f"127.0.0.1:{port}", "sender": "hotline@example.test", "tls": False}}
    yield letters
    controller.stop()


class Robot(BaseHTTPRequestHandler):
    """Keeps what it was told; answers with the next of ``answers``, None: breaks off without a word."""

    told: list[tuple[str, dict[str, str], bytes]]
    answers: list[tuple[int, bytes] | None]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.told.append((self.path, dict(self.headers), body))
        answer = self.answers.pop(0) if self.answers else (200, b'{"errcode":0,"errmsg":"ok"}')
        if answer is None:
            self.connection.close()
            return
        self.send_response(answer[0])
        self.send_header("Content-Length", str(len(answer[1])))
        self.end_headers()
        self.wfile.write(answer[1])

    def log_message(self, *_: Any) -> None:
        """No word."""


@pytest.fixture
def robot(settings: Any) -> Iterator[type[Robot]]:
    kind = type("One", (Robot,), {"told": [], "answers": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/robot/send?access_token=t0ken"
    settings.ALERTS = {road: {"address": address, "secret": "SEC1"} for road in ("dingtalk", "wecom", "webhook")}
    yield kind
    server.shutdown()
    alerts.wire.cache_clear()


def make(road: str, address: str = "someone@example.test") -> Alert:
    user = User.objects.create(username=f"u{User.objects.count()}", name="测试甲")
    return Alert.objects.create(
        user=user, road=road, address=address, subject="您有 2 条待办提醒", text="SZ-2026-0000004 答复时限将到", next_at=NOW, created_at=NOW
    )  # fmt: skip


def state(alert: Alert) -> str:
    return Alert.objects.get(pk=alert.pk).state


def test_a_letter_is_handed_over_once(post: Letters) -> None:
    alert = make("email")
    assert alerts.send_waiting(now=NOW) == 1
    assert alerts.send_waiting(now=NOW + timedelta(hours=1)) == 0
    [letter] = post.came
    assert str(letter["To"]) == "someone@example.test"
    assert letter["Message-ID"] == f"<alert-{alert.pk}@127.0.0.1>"
    assert "答复时限将到" in letter.get_payload(decode=True).decode()
    assert state(alert) == AlertState.SENT


def test_a_full_mailbox_is_tried_again_and_an_unknown_one_is_not(post: Letters) -> None:
    alert = make("email")
    post.answers = ["452 mailbox full"]
    assert alerts.send_waiting(now=NOW) == 0
    assert state(alert) == AlertState.WAITING
    assert alerts.send_waiting(now=NOW) == 0, "not before its time"
    assert alerts.send_waiting(now=NOW + timedelta(minutes=2)) == 1
    other = make("email")
    post.answers = ["550 no such mailbox"]
    alerts.send_waiting(now=NOW)
    assert state(other) == AlertState.FAILED
    assert "550" in Alert.objects.get(pk=other.pk).trouble


def test_no_server_fails_after_its_attempts(settings: Any) -> None:
    settings.ALERTS = {"email": {"address": "127.0.0.1:1", "sender": "hotline@example.test"}}
    alert, now = make("email"), NOW
    for _ in range(len(alerts.WAITS) + 1):
        assert state(alert) == AlertState.WAITING
        alerts.send_waiting(now=now)
        now += timedelta(hours=5)
    assert state(alert) == AlertState.FAILED


def test_dingtalk_is_signed_and_names_the_person(robot: type[Robot]) -> None:
    make("dingtalk", "zhangsan")
    assert alerts.send_waiting(now=NOW) == 1
    [(path, _headers, body)] = robot.told
    query = dict(parse_qsl(urlsplit(path).query))
    assert query["access_token"] == "t0ken"
    words = f"{query['timestamp']}\nSEC1".encode()
    assert query["sign"] == base64.b64encode(hmac.new(b"SEC1", words, hashlib.sha256).digest()).decode()
    assert json.loads(body)["at"] == {"atUserIds": ["zhangsan"]}


def test_wecom_mentions_the_person_and_a_busy_robot_is_asked_later(robot: type[Robot]) -> None:
    alert = make("wecom", "zhangsan")
    robot.answers = [(200, b'{"errcode":45009,"errmsg":"api freq out of limit"}')]
    assert alerts.send_waiting(now=NOW) == 0
    assert state(alert) == AlertState.WAITING
    assert alerts.send_waiting(now=NOW + timedelta(minutes=1)) == 1
    assert json.loads(robot.told[-1][2])["text"]["mentioned_list"] == ["zhangsan"]


def test_a_wrong_key_is_not_tried_again(robot: type[Robot]) -> None:
    alert = make("wecom")
    robot.answers = [(200, b'{"errcode":93000,"errmsg":"invalid webhook url"}')]
    alerts.send_waiting(now=NOW)
    assert state(alert) == AlertState.FAILED


def test_another_system_gets_a_key_and_a_signature(robot: type[Robot]) -> None:
    alert = make("webhook")
    assert alerts.send_waiting(now=NOW) == 1
    [(_path, headers, body)] = robot.told
    assert headers["Idempotency-Key"] == f"alert-{alert.pk}"
    assert headers["X-Signature"] == hmac.new(b"SEC1", body, hashlib.sha256).hexdigest()


def test_what_may_have_arrived_is_not_sent_again(robot: type[Robot]) -> None:
    alert = make("webhook")
    robot.answers = [None]
    alerts.send_waiting(now=NOW)
    assert state(alert) == AlertState.UNCLEAR
    alerts.send_waiting(now=NOW + timedelta(days=1))
    assert len(robot.told) == 1


def test_a_claim_of_a_vanished_worker_is_unclear(robot: type[Robot]) -> None:
    alert = make("webhook")
    Alert.objects.filter(pk=alert.pk).update(state=AlertState.CLAIMED.value, claimed_at=NOW, next_at=None)
    alerts.send_waiting(now=NOW + timedelta(minutes=1))
    assert state(alert) == AlertState.CLAIMED
    alerts.send_waiting(now=NOW + timedelta(minutes=6))
    assert state(alert) == AlertState.UNCLEAR
    assert robot.told == []
