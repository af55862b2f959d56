"""The petition platform (信访) as a stand-in: SOAP 1.1 over one address, its own book, and misbehaviour on demand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from . import petition_mischief as mischief
from .base import Platform, Record, Request, Response
from .petition_book import Book, Round
from .petition_happenings import happen
from .petition_info import UNIT, info_of
from .petition_methods import Methods
from .petition_rules import COMMANDS
from .petition_soap import NAMESPACE, Call, Fault, Node, read_call, write_answer, write_fault
from .petition_wsdl import wsdl

PATH = "/services/PetitionExchange.asmx"
SHANGHAI = ZoneInfo("Asia/Shanghai")
_MEANINGS = {
    "1": "registered", "2": "registered", "3": "in_progress", "4": "return_asked", "5": "returned", "6": "sent", "7": "closed",
    "8": "bounced", "9": "rejected", "10": "terminated",
}  # fmt: skip
_XML = {"Content-Type": "text/xml; charset=utf-8"}


class Petition(Platform):
    """``token`` is what AuthHeader must carry beside our unit code; ``due(kind)`` says whether to misbehave now."""

    name = "petition"

    def __init__(self, folder: Path, *, token: str, due: Callable[[str], bool], clock: Callable[[], datetime]) -> None:
        self.token, self.due, self.clock = token, due, clock
        self.store = Book(Path(folder) / "petition" / "book.sqlite3")
        self.methods = Methods(self.store)

    def handle(self, request: Request) -> Response | None:
        """Answer a request to the service's address; None for any other path."""
        if request.path != PATH:
            return None
        if request.method == "GET" and "wsdl" in request.raw_query.lower():
            return Response(200, wsdl(f"http://{_header(request, 'host')}{PATH}"), _XML)
        if request.method != "POST":
            return Response(405, b"", {"Allow": "GET, POST"})
        return self._gateway() or self._exchange(request)

    def _gateway(self) -> Response | None:
        if self.due("gateway_429"):
            return Response(429, b"too many requests", {"Retry-After": "1", "Content-Type": "text/plain"})
        if self.due("gateway_html"):
            return Response(502, "<html><body>网关错误</body></html>".encode(), {"Content-Type": "text/html; charset=utf-8"})
        return None

    def _exchange(self, request: Request) -> Response:
        try:
            call = read_call(request.body)
            self._admit(call, _header(request, "soapaction"))
            result = mischief.before(self.due) or self._act(call)
        except Fault as fault:
            return Response(500, write_fault(fault), _XML)
        encoding = "GB18030" if self.due("gbk_declared") else "utf-8"
        return Response(200, write_answer(call.method, result, encoding=encoding), _XML)

    def _admit(self, call: Call, action: str) -> None:
        if (call.unitcode, call.token) != (UNIT, self.token):
            raise Fault("Client", "1001", "身份验证失败")
        if action.strip().strip('"') != f"{NAMESPACE}/{call.method}":
            raise Fault("Client", "1000", "SOAPAction与方法不符")

    def _act(self, call: Call) -> list[Node]:
        if call.texts.get("infoid") == mischief.GHOST:
            return [("code", "1003"), ("message", "infoid不存在")]
        late = self.store.former(call.texts["infoid"].strip()) if call.method == "GetInfo" and self.due("old_info") else None
        result = self.methods.answer(call, self._now())
        if late:
            result = [(name, list(late.items())) if name == "info" else (name, value) for name, value in result]
        return (mischief.after(self.due) if call.method in COMMANDS else None) or mischief.on_result(call.method, result, self.due)

    def _now(self, at: datetime | None = None) -> datetime:
        return (at or self.clock()).astimezone(SHANGHAI).replace(tzinfo=None, microsecond=0)

    def dispatch(self, record: Record, now: datetime) -> str:
        """Turn a record to us as status 1; calm when this number and round stand in the book. Returns the number."""
        with self.store:
            held = self.store.newest(record.number)
            if held is None or held.turnno < record.round:
                at = self._now(now)
                attachments = self._attach(record)
                info = info_of(record, at, turnno=record.round, attachments=attachments)
                self.store.save(Round(record.number, record.round, info), at.strftime("%Y-%m-%d"))
        return record.number

    def _attach(self, record: Record) -> tuple[tuple[str, str, int], ...]:
        listed: list[tuple[str, str, int]] = []
        for fjid, (name, content) in enumerate(record.extra.get("files", []), start=1):
            raw = content if isinstance(content, bytes) else str(content).encode()
            self.store.add_file(record.number, str(fjid), name, raw)
            listed.append((str(fjid), name, len(raw)))
        return tuple(listed)

    def happen(self, number: str, kind: str, **detail: Any) -> None:
        """Let something happen on their side: objection, extension_decision, bounce, redo, close, urge, supervise, withdraw,
        update, redispatch. Raises KeyError for an unknown number or kind."""
        happen(self.store, number, kind, self._now(detail.pop("now", None)), detail)

    def book(self) -> list[dict[str, Any]]:
        """Every round: number, round, state, meaning, reply_digest, redo_no."""
        return [
            {"number": infoid, "round": turnno, "state": status, "meaning": "redo" if why == "redo" else _MEANINGS[status],
             "reply_digest": digest, "redo_no": int(redonum or 0)}
            for infoid, turnno, status, why, redonum, digest in self.store.rounds()
        ]  # fmt: skip

    def tick(self, now: datetime) -> None:
        """Nothing happens by itself: there are no events on this wire."""


def _header(request: Request, name: str) -> str:
    return next((value for key, value in request.headers.items() if key.lower() == name), "")
