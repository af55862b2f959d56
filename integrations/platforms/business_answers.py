"""How the business platform says no: problem+json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .base import Response
from .checks import Errors

WORDS = {
    "bad_request": (400, "请求格式错误"),
    "bad_signature": (401, "签名错误"),
    "timestamp_out_of_window": (401, "时间戳超出范围"),
    "nonce_reused": (401, "随机串已使用"),
    "not_yours": (403, "该诉求未派至本单位"),
    "link_expired": (403, "链接已过期"),
    "not_found": (404, "诉求或地址不存在"),
    "method_not_allowed": (405, "方法不允许"),
    "state_conflict": (409, "当前状态不允许该操作"),
    "idempotency_conflict": (409, "幂等键已用于其他请求"),
    "stale_round": (409, "轮次或重办次数已变化"),
    "return_not_allowed": (409, "不允许退回"),
    "extension_too_late": (409, "已过期限,不能延期"),
    "too_large": (413, "内容过大"),
    "content_refused": (422, "内容不符合要求"),
    "slow_down": (429, "请求过于频繁"),
    "maintenance": (503, "系统维护中"),
}
BY_STATUS = {429: "slow_down", 503: "maintenance"}


class Problem(Exception):
    """The platform says no: code, fields at fault, and more members (``current``, ``serverTime``)."""

    def __init__(self, code: str, errors: Errors | None = None, **more: Any) -> None:
        super().__init__(code)
        self.code, self.errors, self.more = code, errors or [], more


def problem(trouble: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """``application/problem+json``."""
    status, title = WORDS[trouble.code]
    detail = ";".join(f"{one['field']} {one['reason']}" for one in trouble.errors) or title
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": trouble.code,
        "detail": detail,
        **trouble.more,
    }
    if trouble.errors:
        body["errors"] = trouble.errors
    raw = json.dumps(body, ensure_ascii=False).encode()
    return Response(status, raw, {"Content-Type": "application/problem+json"} | dict(headers or {}))
