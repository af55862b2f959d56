"""The petition platform (信访) as a stand-in: SOAP 1.1 over one address, its own book, and misbehaviour on demand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from . import petition_mischief as mischief
from .base import Platform, Record, Request, Response, World
from .petition_book import Book, Round
from .petition_happenings import happen
from .petition_info import info_of, moment
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
    """One address, one method a call; ``AuthHeader`` must carry the unit code and token of the world's keys."""

    name = "petition"
    misbehaviours = mischief.KINDS

    def __init__(self, world: World) -> None:
        self.world = world
        self.due: Callable[[str], bool] = partial(world.switchboard.due, self.name)
        self.store = Book(world.book_path(self.name))
        self.methods = Methods(self.store)

    def handle(self, request: Request) -> Response | None:
        """Answer a request to the service's address; None for any other path."""
        if request.path != PATH:
            return None
        if request.method == "GET" and "wsdl" in request.raw_query.lower():
            return Response(200, wsdl(f"http://{request.headers.get('host')}{request.path}"), _XML)
        if request.method != "POST":
            return Response(405, b"", {"Allow": "GET, POST"})
        return self._exchange(request)

    def _exchange(self, request: Request) -> Response:
        try:
            call = read_call(request.body)
            self._admit(call, request.headers.get("soapaction"))
            result = mischief.before(self.due) or self._act(call)
        except Fault as fault:
            return Response(500, write_fault(fault), _XML)
        encoding = "GB18030" if self.due("gbk") else "utf-8"
        return Response(200, write_answer(call.method, result, encoding=encoding), _XML)

    def _admit(self, call: Call, action: str) -> None:
        if (call.unitcode, call.token) != (self.world.keys.unitcode, self.world.keys.token):
            raise Fault("Client", "1001", "身份验证失败")
        if action.strip().strip('"') != f"{NAMESPACE}/{call.method}":
            raise Fault("Client", "1000", "SOAPAction与方法不符")

    def _act(self, call: Call) -> list[Node]:
        if call.texts.get("infoid") == mischief.GHOST:
            return [("code", "1003"), ("message", "infoid不存在")]
        late = (
            self.store.former(call.texts["infoid"].strip())
            if call.method == "GetInfo" and self.due("old_info")
            else None
        )
        result = self.methods.answer(call, self._now())
        if late:
            result = [(name, list(late.items())) if name == "info" else (name, value) for name, value in result]
        return (mischief.after(self.due) if call.method in COMMANDS else None) or mischief.on_result(
            call.method, result, self.due
        )

    def _now(self, at: datetime | None = None) -> datetime:
        """The naive Asia/Shanghai second of ``at``, or of its own clock, which may go wrong."""
        board = self.world.switchboard
        off = board.seconds(self.name, "clock_skew", 240) if board.is_on(self.name, "clock_skew") else 0
        local = (at or self.world.clock.now()) + timedelta(seconds=off)
        return local.astimezone(SHANGHAI).replace(tzinfo=None, microsecond=0)

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
        for fjid, (name, content) in enumerate(record.extra.get("files") or [], start=1):
            raw = content if isinstance(content, bytes) else str(content).encode()
            self.store.add_file(record.number, str(fjid), name, raw)
            listed.append((str(fjid), name, len(raw)))
        return tuple(listed)

    def happen(self, number: str, kind: str, **detail: Any) -> dict[str, Any]:
        """Let something happen on their side: objection (or return_decision), extension_decision, bounce, redo, close, urge,
        supervise, satisfaction, withdraw, update, add_dept, redispatch. Returns the changed elements."""
        return happen(self.store, number, kind, self._now(), detail)

    def book(self) -> list[dict[str, Any]]:
        """Every round: number, round, state, meaning, reply_digest, redo_no."""
        return [
            {
                "number": infoid,
                "round": turnno,
                "state": status,
                "meaning": "redo" if status == "8" and why == "redo" else _MEANINGS[status],
                "reply_digest": digest,
                "redo_no": int(redonum or 0),
            }
            for infoid, turnno, status, why, redonum, digest in self.store.rounds()
        ]

    def commands(self) -> list[dict[str, Any]]:
        """Every accepted command, oldest first: key, name, number, round, at, body (the element texts), receipt."""
        return [
            {
                "key": call["requestid"],
                "name": call["method"],
                "number": call["infoid"],
                "round": call["turnno"],
                "at": call["at"],
                "body": call["content"],
                "receipt": call["answer"].get("receiptno", ""),
            }
            for call in self.store.calls()
        ]

    def tick(self, now: datetime) -> None:
        """With the autopilot on: requests are granted and replies closed, ``pace`` seconds after the step before."""
        if self.world.autopilot:
            before = self._now() - timedelta(seconds=self.world.pace)
            for number, kind in self.store.undecided(moment(before)):
                happen(self.store, number, kind, self._now(), {})

    def close(self) -> None:
        """Close the book."""
        self.store.close()
