"""What the petition platform accepts: the elements each method needs, how they must look, and which state allows what."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from .petition_soap import Call

MAX_FILE = 10 * 1024 * 1024
OPTIONAL = frozenset(
    ["acceptno", "jbrdh", "objectbasis", "suggestorg", "toldtime", "isopen", "fjs", "pageindex", "pagesize"]
)
METHODS: dict[str, tuple[str, ...]] = {
    "GetInfoList": ("starttime", "endtime", "pageindex", "pagesize"),
    "GetInfo": ("infoid",),
    "GetAttachment": ("infoid", "fjid"),
    "AcceptInfo": ("requestid", "infoid", "turnno", "acceptstate", "noticetype", "acceptno", "accepttime", "acceptcontent",
                   "jbr", "jbrdh"),
    "ObjectInfo": ("requestid", "infoid", "turnno", "objectreason", "objectbasis", "suggestorg"),
    "ExtendInfo": ("requestid", "infoid", "turnno", "extenddays", "extendreason", "approver", "toldtime"),
    "ReplyInfo": ("requestid", "infoid", "turnno", "replydocno", "replycontent", "handlecontent", "replytime", "replyresult",
                  "jbr", "jbrdh", "qfr", "isopen"),
    "GetLedger": ("date", "pageindex", "pagesize"),
}  # fmt: skip
COMMANDS = frozenset({"AcceptInfo", "ObjectInfo", "ExtendInfo", "ReplyInfo"})
ALLOWED = {"AcceptInfo": ("1", "2"), "ObjectInfo": ("1", "2"), "ExtendInfo": ("3",), "ReplyInfo": ("3", "8")}


def parse_moment(text: str) -> datetime:
    """A local moment of the wire (a date alone is its first minute). Raises ValueError."""
    return datetime.fromisoformat(text.strip().replace(" ", "T")).replace(tzinfo=None)


def _is(parse: Callable[[str], Any]) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return check


def _length(least: int, most: int) -> Callable[[str], bool]:
    return lambda text: least <= len(text) <= most


def _one_of(*codes: str) -> Callable[[str], bool]:
    return lambda text: text in codes


def _whole(least: int, most: int) -> Callable[[str], bool]:
    return lambda text: text.isascii() and text.isdigit() and least <= int(text) <= most


_CHECKS: dict[str, Callable[[str], bool]] = {
    "starttime": _is(parse_moment), "endtime": _is(parse_moment), "date": _is(date.fromisoformat), "accepttime": _is(parse_moment),
    "replytime": _is(parse_moment), "toldtime": _is(parse_moment), "pageindex": _whole(1, 10**9), "pagesize": _whole(1, 50),
    "turnno": _whole(1, 10**6), "extenddays": _whole(1, 30), "requestid": _length(1, 64), "acceptstate": _one_of("1", "2"),
    "noticetype": _one_of("0", "1", "2", "3"), "replyresult": _one_of("1", "2", "3", "4", "5", "6"), "isopen": _one_of("0", "1"),
    "objectreason": _length(10, 4000), "extendreason": _length(10, 4000), "replycontent": _length(10, 8000),
}  # fmt: skip


def wrong_element(call: Call) -> str:
    """The sentence of code 1002 naming the first element that is missing or wrong; '' when all are right."""
    for name in METHODS[call.method]:
        text = call.texts.get(name, "").strip()
        if not text and name not in OPTIONAL:
            return f"缺少要素 {name}"
        if text and name in _CHECKS and not _CHECKS[name](text):
            return f"要素 {name} 不符合要求"
    return _wrong_file(call)


def _wrong_file(call: Call) -> str:
    for name, text in call.files:
        if not name:
            return "缺少要素 fjmc"
        try:
            size = len(b64decode("".join(text.split()), validate=True))
        except (Base64Error, ValueError):
            return f"要素 fjnr 不是base64: {name}"
        if size > MAX_FILE:
            return f"要素 fjnr 超过10MB: {name}"
    return ""


_ID_CARD = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{9}[\dXx](?!\d)")


def refused_content(call: Call) -> str:
    """The sentence of code 1008 for a text the platform will not publish; '' when it may stand."""
    text = call.texts.get("replycontent", "")
    if _ID_CARD.search(text):
        return "replycontent 含公民身份号码,不得公开"
    if text and not re.search(r"[\w\u4e00-\u9fff]", text):
        return "replycontent 没有实质内容"
    return ""


def content_of(call: Call) -> dict[str, str]:
    """The element texts that make two calls 'the same' under one requestid (files by name and digest)."""
    content = {name: text for name, text in sorted(call.texts.items()) if text}
    for n, (name, text) in enumerate(call.files, start=1):
        content[f"fj{n}"] = f"{name}|{sha256(text.encode()).hexdigest()}"
    return content


def digest(text: str) -> str:
    """Digest of a reply: SHA-256 of the UTF-8 text with every line end as LF; '' for none."""
    return sha256(text.replace("\r\n", "\n").replace("\r", "\n").encode()).hexdigest() if text else ""
