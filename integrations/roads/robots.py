"""钉钉, 企业微信 and any HTTP address: a group's robot says the alert and names the person it is for.

DingTalk: custom robot with a signature (timestamp and HMAC-SHA256); WeCom: group robot; both answer 200 with an ``errcode``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from integrations.http import Answer, Wire
from integrations.protocol import AdapterError

#: The robot is asked too often (20 a minute): the next attempt comes by itself.
BUSY = {130101, 45009, -1}
OK, LAST_OK = 200, 299


def dingtalk(alert: Any, settings: Mapping[str, Any], wire: Wire) -> None:
    """A text to the group, with an @ for the person. Raises AdapterError."""
    query = _query(settings)
    if settings.get("secret"):
        stamp = str(int(time.time() * 1000))
        query |= {"timestamp": stamp, "sign": _sign(settings["secret"], f"{stamp}\n{settings['secret']}")}
    body = {"msgtype": "text", "text": {"content": _said(alert)}, "at": {"atUserIds": [alert.address]}}
    _judge(_post(wire, body, query))


def wecom(alert: Any, settings: Mapping[str, Any], wire: Wire) -> None:
    """A text to the group, the person mentioned. Raises AdapterError."""
    body = {"msgtype": "text", "text": {"content": _said(alert), "mentioned_list": [alert.address]}}
    _judge(_post(wire, body, _query(settings)))


def webhook(alert: Any, settings: Mapping[str, Any], wire: Wire) -> None:
    """JSON under an idempotency key, signed (X-Signature: HMAC-SHA256 of the body, hex). Raises AdapterError."""
    body = {"id": alert.pk, "to": alert.address, "subject": alert.subject, "text": alert.text}
    headers = {"Idempotency-Key": f"alert-{alert.pk}"}
    if settings.get("secret"):
        raw = _bytes(body)
        headers["X-Signature"] = hmac.new(settings["secret"].encode(), raw, hashlib.sha256).hexdigest()
    _post(wire, body, _query(settings), headers)


def _said(alert: Any) -> str:
    return f"{alert.subject}\n{alert.text}"


def _sign(secret: str, words: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), words.encode(), hashlib.sha256).digest()).decode()


def _query(settings: Mapping[str, Any]) -> dict[str, str]:
    return dict(parse_qsl(str(settings["address"]).partition("?")[2]))


def _bytes(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _post(
    wire: Wire, body: Mapping[str, Any], query: Mapping[str, str], more: Mapping[str, str] | None = None
) -> Answer:
    headers = {"Content-Type": "application/json; charset=utf-8", **(more or {})}
    answer = wire.send("POST", wire.base, params=query, body=_bytes(body), headers=headers)
    if not OK <= answer.status <= LAST_OK:
        permanent = 400 <= answer.status < 500 and answer.status not in (408, 429)
        raise AdapterError(f"对方答复 HTTP {answer.status}", code="refused", permanent=permanent)
    return answer


def _judge(answer: Answer) -> None:
    """The robots answer 200 whatever happened."""
    try:
        told = json.loads(answer.body)
        code = int(told.get("errcode", -1))
    except (ValueError, AttributeError) as trouble:
        raise AdapterError("机器人答复无法识别", code="unreadable", unclear=True) from trouble
    if code:
        raise AdapterError(
            f"机器人拒收：{code} {str(told.get('errmsg', ''))[:120]}", code="refused", permanent=code not in BUSY
        )
