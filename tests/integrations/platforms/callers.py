"""Callers of the stand-ins as an outside bureau would write them: the hotline by key, the business platform by signature."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import Any

import httpx

from .running import Running

PUBLIC_REPLY = "您好,您反映的夜间施工问题已核实,施工单位已调整作业时间,感谢监督。"


class HotlineCaller:
    """Calls below ``/hotline/api``; ``number`` dispatches a fresh ticket."""

    def __init__(self, platforms: Running) -> None:
        self.platforms = platforms
        self._keys = 0

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.platforms.http.get(f"/hotline/api{path}", params=params, headers={"x-api-key": "demo-hotline-key"})

    def post(self, path: str, body: Any, key: str | None = None) -> httpx.Response:
        self._keys += 1
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        headers = {"x-api-key": "demo-hotline-key", "Idempotency-Key": key or f"ob-{self._keys:06d}"}
        return self.platforms.http.post(f"/hotline/api{path}", content=raw, headers=headers)

    def command(self, number: str, name: str, body: Any, key: str | None = None) -> httpx.Response:
        return self.post(f"/hotlineTickets/{number}/{name}", body, key)

    def dispatch(self, number: str = "260302091200000017", **record: Any) -> str:
        body = {
            "platform": "hotline",
            "record": {"number": number, "title": "样例路夜间施工噪声", "content": "请协调。"} | record,
        }
        return str(self.platforms.control("dispatch", body)["number"])

    def happen(self, number: str, kind: str, status: int = 200, **detail: Any) -> dict[str, Any]:
        body = {"platform": "hotline", "number": number, "kind": kind} | detail
        return self.platforms.control("happen", body, status=status)

    def feed(self, **params: Any) -> dict[str, Any]:
        data: dict[str, Any] = self.get("/hotlineTickets/feed", **params).json()["data"]
        return data

    def ticket(self, number: str) -> dict[str, Any]:
        ticket: dict[str, Any] = self.get(f"/hotlineTickets/{number}").json()["data"]["ticket"]
        return ticket


def reply_body(**changes: Any) -> dict[str, Any]:
    """A reply the hotline accepts."""
    body = {
        "round": 1, "redoNo": 0, "isTrue": "1", "isBeyondDuty": "0", "isContacted": "1", "contactTime": "2026-03-03 15:20:00",
        "resolution": "5", "handleResult": "现场核查,责令停止夜间浇筑。", "publicReply": PUBLIC_REPLY, "handleFiles": [],
    }  # fmt: skip
    return body | changes


class BusinessCaller:
    """Signed calls below ``/business/openapi/v1``, signed here anew from the words of the contract."""

    def __init__(self, platforms: Running, secret: str = "demo-business-secret") -> None:  # noqa: S107
        self.platforms, self.secret = platforms, secret
        self._keys = 0

    def call(self, method: str, path: str, body: bytes = b"", **headers: str) -> httpx.Response:
        target = f"/business/openapi/v1{path}"
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        stamp = given.pop("X-Timestamp", str(int(self.platforms.world.clock.now().timestamp())))
        nonce = given.pop("X-Nonce", secrets.token_hex(16))
        lines = "\n".join((method, target, stamp, nonce, hashlib.sha256(body).hexdigest()))
        signature = hmac.new(self.secret.encode(), lines.encode(), hashlib.sha256).hexdigest()
        signed = {"X-App-Id": "szzdj", "X-Timestamp": stamp, "X-Nonce": nonce, "X-Signature": signature}
        return self.platforms.http.request(method, target, content=body, headers=signed | given)

    def command(self, number: str, name: str, body: Any, key: str | None = None) -> httpx.Response:
        self._keys += 1
        raw = json.dumps(body, ensure_ascii=False).encode()
        return self.call("POST", f"/demands/{number}/{name}", raw, Idempotency_Key=key or f"ob-{self._keys:06d}")

    def dispatch(self, number: str = "QY2026030200000017", **record: Any) -> str:
        body = {
            "platform": "business",
            "record": {"number": number, "title": "货车进出受影响", "content": "请协调。"} | record,
        }
        return str(self.platforms.control("dispatch", body)["number"])

    def happen(self, number: str, kind: str, status: int = 200, **detail: Any) -> dict[str, Any]:
        body = {"platform": "business", "number": number, "kind": kind} | detail
        return self.platforms.control("happen", body, status=status)

    def demand(self, number: str) -> dict[str, Any]:
        demand: dict[str, Any] = self.call("GET", f"/demands/{number}").json()["demand"]
        return demand

    def changes(self, after: str = "") -> list[Any]:
        items: list[Any] = self.call("GET", f"/demands/changes?after={after}&limit=100").json()["items"]
        return items

    def start(self, number: str, round: int = 1) -> httpx.Response:
        handler = {"name": "测试乙", "phone": "19900002001"}
        return self.command(
            number, "start", {"round": round, "handler": handler, "contactedAt": "2026-03-02T10:00:00+08:00"}
        )


def solve_body(**changes: Any) -> dict[str, Any]:
    """A solution the business platform accepts."""
    return {
        "round": 1,
        "redoNo": 0,
        "outcome": "solved",
        "publicReply": PUBLIC_REPLY,
        "handlingDetail": "现场办公会确定。",
        "attachments": [],
    } | changes
