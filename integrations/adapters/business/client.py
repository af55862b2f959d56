"""The business platform's wire: signed calls, problem+json errors."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from integrations.adapters.business.signing import request_signature
from integrations.http import FILE_LIMIT, Answer, Wire, file_type, refused, retry_after
from integrations.protocol import AdapterError, Unmappable
from integrations.reading import decode_json, moment

PAGE = "100"
MOST_PAGES = 5_000
TRY_AGAIN = frozenset({"timestamp_out_of_window", "nonce_reused"})


class BusinessClient:
    """Calls of the business platform; every one is signed anew, also on a retry. Every method raises AdapterError."""

    def __init__(self, url: str, app_id: str, secret: str, now: Callable[[], datetime]) -> None:
        self._wire, self._now = Wire(url), now
        self._app_id, self._secret = app_id, secret
        self._skew = timedelta()

    def changes(self, after: str) -> dict[str, Any]:
        """One page of events as pushed: {items, next, more}."""
        page = self._get("/demands/changes", {"after": after, "limit": PAGE})
        if not isinstance(page.get("items"), list) or not isinstance(page.get("next"), str):
            raise AdapterError("平台的分页缺少items或next", code="unreadable", unclear=True)
        return page

    def one(self, number: str) -> dict[str, Any] | None:
        """{demand, events} as of now; None: unknown number."""
        try:
            return self._get(f"/demands/{quote(number, safe='')}")
        except AdapterError as trouble:
            if trouble.code == "not_found":
                return None
            raise

    def ledger(self, day: str) -> Iterator[dict[str, Any]]:
        """The rows of the ledger of ``day`` (yyyy-mm-dd), over all pages."""
        after, seen = "", set[str]()
        for _ in range(MOST_PAGES):
            page = self._get("/ledger", {"date": day, "after": after, "limit": PAGE})
            rows = page.get("rows")
            if not isinstance(rows, list):
                raise AdapterError("平台的台账缺少rows", code="unreadable", unclear=True)
            yield from (row for row in rows if isinstance(row, dict))
            after = str(page.get("next") or "")
            if not page.get("more") or not after or after in seen:
                return
            seen.add(after)

    def command(self, path: str, key: str, body: bytes) -> tuple[dict[str, Any], bool]:
        """POST one command under its idempotency key: (answer, whether the platform only repeated its first answer)."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        answer = self._call("POST", path, body=body, headers=headers)
        return self._object(answer), answer.headers.get("idempotent-replay", "").lower() == "true"

    def upload(self, name: str, raw: bytes) -> str:
        """Upload one attachment and return its id."""
        headers = {"Content-Type": file_type(name), "X-File-Name": quote(name, safe="")}
        data = self._object(self._call("POST", "/files", body=raw, headers=headers))
        if not isinstance(data.get("id"), str) or not data["id"]:
            raise AdapterError("平台未返回附件id", code="unreadable", unclear=True)
        return str(data["id"])

    def file(self, ref: str, url: str) -> bytes:
        """The bytes of one attachment; ``link_expired`` means: take a fresh link from the demand."""
        return self._call("GET", url or f"/files/{quote(ref, safe='')}", limit=FILE_LIMIT).body

    def close(self) -> None:
        """Give the connections back."""
        self._wire.close()

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        return self._object(self._call("GET", path, params=params))

    def _call(self, method: str, path: str, **options: Any) -> Answer:
        """One signed call; a clock that differs, or a nonce met before, is put right once."""
        for last in (False, True):
            answer = self._wire.send(method, path, sign=self._signed, **options)
            if answer.status in (200, 201):
                return answer
            problem = _problem(answer)
            if last or problem.get("code") not in TRY_AGAIN:
                raise self._refusal(answer, problem)
            self._set_clock(problem.get("serverTime"))
        raise AssertionError("the second answer always ends the loop")

    def _signed(self, method: str, path: str, body: bytes) -> dict[str, str]:
        stamp, nonce = str(int((self._now() + self._skew).timestamp())), secrets.token_hex(16)
        signature = request_signature(self._secret, method, path, timestamp=stamp, nonce=nonce, body=body)
        return {"X-App-Id": self._app_id, "X-Timestamp": stamp, "X-Nonce": nonce, "X-Signature": signature}

    def _set_clock(self, server_time: Any) -> None:
        """The platform's clock may be minutes off: sign by it from now on."""
        now = self._now()
        try:
            if isinstance(server_time, int) or (isinstance(server_time, str) and server_time.isdigit()):
                self._skew = timedelta(seconds=int(server_time) - now.timestamp())
            elif (theirs := moment(server_time)) is not None:
                self._skew = theirs - now
        except (ValueError, OverflowError):
            self._skew = timedelta()

    def _object(self, answer: Answer) -> dict[str, Any]:
        data = _json(answer)
        if data is None:
            raise AdapterError("平台答复不是JSON对象", code="unreadable", unclear=True)
        return data

    def _refusal(self, answer: Answer, problem: Mapping[str, Any]) -> AdapterError:
        code, current = str(problem.get("code") or ""), problem.get("current")
        said = str(problem.get("detail") or problem.get("title") or "")[:200]
        message = f"平台拒绝：{said}（{code or answer.status}）"
        if code == "link_expired":
            return AdapterError("附件链接已过期，请重新取单", code=code)
        return refused(
            answer.status,
            message,
            code=code,
            wait=retry_after(answer.headers, self._now()),
            current=current if isinstance(current, dict) else {},
            errors=_errors(problem.get("errors")),
        )


def _json(answer: Answer) -> dict[str, Any] | None:
    try:
        data = decode_json(answer.body)
    except Unmappable:
        return None
    return data if isinstance(data, dict) else None


def _problem(answer: Answer) -> dict[str, Any]:
    """The problem+json of a refusal; {} where a gateway answered with something else."""
    return _json(answer) or {}


def _errors(rows: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(rows, list):
        return ()
    return tuple((str(row.get("field", "")), str(row.get("reason", ""))) for row in rows if isinstance(row, dict))
