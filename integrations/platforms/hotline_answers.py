"""How the hotline answers: one envelope, and refusals by code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .base import Response
from .checks import Errors
from .values import local

WORDS = {
    "E4001": (400, "请求格式错误"),
    "E4220": (422, "内容不符合要求"),
    "E4010": (401, "密钥无效"),
    "E4030": (403, "该工单未派至本单位"),
    "E4040": (404, "工单或地址不存在"),
    "E4050": (405, "方法不允许"),
    "E4090": (409, "当前状态不允许该操作"),
    "E4091": (409, "幂等键已用于其他请求"),
    "E4092": (409, "轮次或重办次数已变化"),
    "E4093": (409, "不允许退单"),
    "E4094": (409, "已过期限或已有待审延期"),
    "E4100": (410, "游标已过期"),
    "E4130": (413, "文件过大"),
    "E4150": (415, "文件类型不支持"),
    "E4290": (429, "请求过于频繁"),
    "E5030": (503, "系统维护中"),
}
BY_STATUS = {404: "E4040", 405: "E4050", 429: "E4290", 503: "E5030"}


class Refused(Exception):
    """The hotline says no: its code, the fields at fault, and the state as of now."""

    def __init__(self, code: str, errors: Errors | None = None, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.errors, self.data = code, errors or [], dict(data) if data else None


def accepted(
    data: Any, now: datetime, serial: int, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """``data`` in the envelope."""
    envelope = {"code": "0", "msg": "ok", "data": data, "requestId": f"r-{serial}", "serverTime": local(now)}
    return _json(envelope, status, headers)


def refused(refusal: Refused, now: datetime, serial: int, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal in the envelope, with ``errors`` where fields are at fault."""
    status, words = WORDS[refusal.code]
    envelope: dict[str, Any] = {"code": refusal.code, "msg": words, "data": refusal.data}
    if refusal.errors:
        envelope["msg"] = words + ":" + ";".join(f"{one['field']} {one['reason']}" for one in refusal.errors)
        envelope["errors"] = refusal.errors
    return _json(envelope | {"requestId": f"r-{serial}", "serverTime": local(now)}, status, headers)


def _json(envelope: dict[str, Any], status: int, headers: Mapping[str, str] | None) -> Response:
    body = json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, body, {"Content-Type": "application/json;charset=UTF-8"} | dict(headers or {}))
