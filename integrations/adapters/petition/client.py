"""The petition platform's wire: its methods, its result codes, its faults."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from email.message import Message
from typing import Any

from integrations.adapters.petition import soap
from integrations.http import Answer, Wire, refused, retry_after
from integrations.protocol import AdapterError

PAGE = 50
MOST_PAGES = 5_000
BUSY_SECONDS = 30.0
CONFLICTS = frozenset({"1004", "1005"})
PERMANENT = frozenset({"1002", "1003", "1006", "1007", "1008"})
UNKNOWN_INFO = "1003"


class PetitionClient:
    """Calls of the petition platform; answers are the elements of ``<MethodResult>``. Every method raises AdapterError."""

    def __init__(self, url: str, unitcode: str, token: str, now: Callable[[], datetime]) -> None:
        self._wire, self._unitcode, self._token, self._now = Wire(url), unitcode, token, now

    def changed(self, start: str, end: str, page: int) -> list[dict[str, Any]]:
        """One page (at most 50) of list rows whose updatetime lies in [start, end), oldest first."""
        window = {"starttime": start, "endtime": end, "pageindex": str(page), "pagesize": str(PAGE)}
        return _rows(self.call("GetInfoList", window), "items")

    def info(self, infoid: str) -> dict[str, Any] | None:
        """The flat ``info`` of one petition as of now; None: unknown to the platform."""
        try:
            found = self.call("GetInfo", {"infoid": infoid})
        except AdapterError as trouble:
            if trouble.code == UNKNOWN_INFO:
                return None
            raise
        info = found.get("info")
        if not isinstance(info, dict):
            raise AdapterError("平台答复缺少info", code="unreadable", unclear=True)
        return info

    def attachment(self, infoid: str, fjid: str) -> bytes:
        """The bytes of one attachment."""
        found = self.call("GetAttachment", {"infoid": infoid, "fjid": fjid})
        try:
            return base64.b64decode("".join(str(found.get("fjnr", "")).split()), validate=True)
        except (binascii.Error, ValueError) as trouble:
            raise AdapterError("附件内容不是base64", code="unreadable") from trouble

    def ledger(self, day: str) -> Iterator[dict[str, Any]]:
        """The rows of the ledger of ``day`` (yyyy-mm-dd), over all pages."""
        for page in range(1, MOST_PAGES):
            wanted = {"date": day, "pageindex": str(page), "pagesize": str(PAGE)}
            rows = _rows(self.call("GetLedger", wanted), "rows")
            yield from rows
            if len(rows) < PAGE:
                return

    def call(self, method: str, elements: soap.Elements) -> dict[str, Any]:
        """One method; the result of code 0."""
        answer = self._wire.send("POST", "", body=self._request(method, elements), headers=_headers(method))
        try:
            found = soap.result(answer.body, method, _charset(answer.headers))
        except soap.Fault as fault:
            raise _of_fault(fault) from fault
        except soap.Unreadable as trouble:
            raise self._of_status(answer, str(trouble)) from trouble
        if found.get("code") != "0":
            raise _of_code(found)
        return found

    def close(self) -> None:
        """Give the connections back."""
        self._wire.close()

    def _request(self, method: str, elements: soap.Elements) -> bytes:
        try:
            return soap.envelope(method, self._unitcode, self._token, elements)
        except ValueError as trouble:
            message = "文字中含有XML不能传送的控制字符，请删除后重发"
            raise AdapterError(message, code="bad_text", permanent=True) from trouble

    def _of_status(self, answer: Answer, why: str) -> AdapterError:
        wait = retry_after(answer.headers, self._now())
        return refused(answer.status, f"平台答复无法识别（HTTP {answer.status}）：{why[:120]}", wait=wait)


def _headers(method: str) -> dict[str, str]:
    return {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{soap.NAMESPACE}/{method}"'}


def _charset(headers: Mapping[str, str]) -> str:
    message = Message()
    message["content-type"] = headers.get("content-type", "")
    return str(message.get_content_charset() or "")


def _rows(found: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """No list at all is read as an empty one only when the platform says so."""
    rows = found.get(name)
    if isinstance(rows, list):
        return rows
    if found.get("recordcount") == "0":
        return []
    raise AdapterError(f"平台答复缺少{name}", code="unreadable", unclear=True)


def _of_fault(fault: soap.Fault) -> AdapterError:
    message = f"平台故障：{fault.message[:200]}（{fault.code or 'soap'}）"
    if not fault.is_client:
        return AdapterError(message, code=fault.code or "soap:Server", unclear=True)
    if fault.code == "1001":
        return AdapterError(message, code="1001", stop=True)
    return AdapterError(message, code=fault.code or "soap:Client", permanent=True)


def _of_code(found: Mapping[str, Any]) -> AdapterError:
    code, said = str(found.get("code", "")), str(found.get("message", ""))
    message = f"平台拒绝：{said[:200]}（{code or '无代码'}）"
    if code in CONFLICTS:
        current = {name: found.get(name, "") for name in ("status", "turnno")}
        return AdapterError(message, code=code, conflict=True, permanent=True, current=current)
    if code in PERMANENT:
        element = re.search(r"[a-z][a-z0-9]{2,}", said)
        errors = ((element[0], said),) if element else ((code, said),)
        return AdapterError(message, code=code, permanent=True, errors=errors)
    if code == "1009":
        return AdapterError(message, code=code, retry_after=_seconds(found.get("retryafter")))
    return AdapterError(message, code=code, unclear=True)


def _seconds(written: Any) -> float:
    text = str(written or "")
    return min(float(text), 86_400.0) if text.isascii() and text.isdigit() else BUSY_SECONDS
