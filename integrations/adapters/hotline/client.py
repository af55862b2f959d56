"""The hotline's wire: its calls, its envelope, its errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from integrations.http import FILE_LIMIT, Answer, Wire, file_type, refused, retry_after
from integrations.protocol import AdapterError, Unmappable
from integrations.reading import decode_json, is_nothing

PAGE = "100"
STILL_COPYING = 60.0
MOST_PAGES = 5_000


class HotlineClient:
    """Calls of the hotline; answers are the ``data`` of its envelope. Every method raises AdapterError."""

    def __init__(self, url: str, key: str, now: Callable[[], datetime]) -> None:
        self._wire, self._now = Wire(url), now
        self._headers = {"x-api-key": key, "Accept": "application/json"}

    def feed(self, *, cursor: str = "", since: str = "") -> dict[str, Any]:
        """One page of tickets and events: {items, nextCursor, hasMore}."""
        params = {"limit": PAGE} | ({"cursor": cursor} if cursor else {}) | ({"since": since} if since else {})
        page = self._get("/hotlineTickets/feed", params)
        if not isinstance(page.get("items"), list) or not isinstance(page.get("nextCursor"), str):
            raise AdapterError("平台的分页缺少items或nextCursor", code="unreadable", unclear=True)
        return page

    def one(self, number: str) -> dict[str, Any] | None:
        """{ticket, events} as of now; None: unknown number."""
        try:
            return self._get(f"/hotlineTickets/{quote(number, safe='')}")
        except AdapterError as trouble:
            if trouble.code == "E4040":
                return None
            raise

    def ledger(self, day: str) -> Iterator[dict[str, Any]]:
        """The rows of the ledger of ``day`` (yyyy-mm-dd), over all pages."""
        cursor, seen = "", set[str]()
        for _ in range(MOST_PAGES):
            params = {"date": day, "limit": PAGE} | ({"cursor": cursor} if cursor else {})
            page = self._get("/ledger", params)
            rows = page.get("rows")
            if not isinstance(rows, list):
                raise AdapterError("平台的台账缺少rows", code="unreadable", unclear=True)
            yield from (row for row in rows if isinstance(row, dict))
            cursor = str(page.get("nextCursor") or "")
            if not page.get("hasMore") or not cursor or cursor in seen:
                return
            seen.add(cursor)

    def command(self, path: str, key: str, body: bytes) -> tuple[dict[str, Any], bool]:
        """POST one command under its idempotency key: (data, whether the platform only repeated its first answer)."""
        headers = self._headers | {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": key}
        answer = self._wire.send("POST", path, body=body, headers=headers)
        return self._data(answer), answer.headers.get("idempotent-replay", "").lower() == "true"

    def upload(self, name: str, raw: bytes) -> str:
        """Upload one attachment; the same bytes give the same fileId."""
        headers = self._headers | {"Content-Type": file_type(name), "X-File-Name": quote(name, safe="")}
        data = self._data(self._wire.send("POST", "/files", body=raw, headers=headers))
        if not isinstance(data.get("fileId"), str) or not data["fileId"]:
            raise AdapterError("平台未返回fileId", code="unreadable", unclear=True)
        return str(data["fileId"])

    def file(self, ref: str, url: str) -> bytes:
        """The bytes of one attachment, from the hotline's own host only; a missing one may still be copying."""
        path = url or f"/files/{quote(ref, safe='')}"
        answer = self._wire.send("GET", path, headers=self._headers, limit=FILE_LIMIT)
        if answer.status == 200:
            return answer.body
        if answer.status == 404:
            raise AdapterError("附件尚未就绪", code="E4040", retry_after=STILL_COPYING)
        raise self._refusal(answer)

    def close(self) -> None:
        """Give the connections back."""
        self._wire.close()

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        return self._data(self._wire.send("GET", path, params=params, headers=self._headers))

    def _data(self, answer: Answer) -> dict[str, Any]:
        envelope = _envelope(answer)
        if answer.status not in (200, 201) or str(envelope.get("code")) != "0":
            raise self._refusal(answer)
        data = envelope.get("data")
        if not isinstance(data, dict):
            raise AdapterError("平台答复没有data", code="unreadable", unclear=True)
        return data

    def _refusal(self, answer: Answer) -> AdapterError:
        """The envelope's code outranks the HTTP status: an error may come under 200, and a gateway may answer in HTML."""
        envelope = _envelope(answer)
        code = str(envelope.get("code") or "")
        known = len(code) == 5 and code[0] == "E" and code[1:].isdigit()
        status = int(code[1:4]) if known else answer.status
        message = f"平台拒绝：{str(envelope.get('msg') or '')[:200]}（{code or answer.status}）"
        wait = retry_after(answer.headers, self._now())
        if code == "E5030":
            return AdapterError(message, code=code, retry_after=60.0 if wait is None else wait)
        data = envelope.get("data")
        current = data if isinstance(data, dict) else {}
        return refused(status, message, code=code, wait=wait, current=current, errors=_errors(envelope, current))


def _envelope(answer: Answer) -> dict[str, Any]:
    """The JSON object of an answer; {} where there is none to read."""
    try:
        envelope = decode_json(answer.body)
    except Unmappable:
        return {}
    return envelope if isinstance(envelope, dict) else {}


def _errors(envelope: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The list ``errors:[{field, reason}]``, beside the code or inside ``data``."""
    rows = envelope.get("errors") if not is_nothing(envelope.get("errors")) else data.get("errors")
    if not isinstance(rows, list):
        return ()
    return tuple((str(row.get("field", "")), str(row.get("reason", ""))) for row in rows if isinstance(row, dict))
