"""The business platform's commands: answered once under a key, checked, and done."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from .base import UNIT, Request, Response, json_response
from .book import Book, Round
from .business_answers import Problem
from .business_rules import ALLOWED, FIELDS, STEPS, refused_content
from .checks import error, read_object, wrong_fields
from .values import end_of, with_offset

LARGEST = 1024 * 1024
KEY = re.compile(r"[A-Za-z0-9\-_]{1,64}")
REPLAY = {"Idempotent-Replay": "true"}


class Commands:
    """Acts on the book; what it does happens in one transaction with its receipt."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def command(self, request: Request, number: str, name: str, now: datetime) -> Response:
        """One of start, answer, solve, return, extension. Raises Problem."""
        if request.length > LARGEST:
            raise Problem("too_large")
        key = request.headers.get("Idempotency-Key")
        if not KEY.fullmatch(key):
            raise Problem("bad_request", [error("Idempotency-Key", "必填,1至64位字母、数字、-、_")])
        if again := self._again(request, key, now):
            return again
        fields = read_object(request.body)
        if fields is None:
            raise Problem("bad_request", [error("body", "不是JSON对象")])
        with self.book:
            matter = self.assigned(number)
            self._admit(name, fields, matter, now)
            return self._keep(request, key, name, now, self._do(name, fields, matter, now))

    def assigned(self, number: str) -> Round:
        """The current round of a number. Raises Problem: unknown, or another unit's."""
        matter = self.book.newest(number)
        if matter is None:
            raise Problem("not_found")
        if matter.doc["demand"]["unit"]["code"] != UNIT:
            raise Problem("not_yours")
        return matter

    def _again(self, request: Request, key: str, now: datetime) -> Response | None:
        first = self.book.first_answer(key, now)
        if first is None:
            return None
        path, body, status, answer = first
        if (path, body) != (request.path, request.body):
            raise Problem("idempotency_conflict")
        return json_response(json.loads(answer), status, REPLAY)

    def _admit(self, name: str, fields: dict[str, Any], matter: Round, now: datetime) -> None:
        if errors := wrong_fields(fields, FIELDS[name]):
            raise Problem("bad_request", errors)
        doc = matter.doc
        current = {"status": matter.status, "round": matter.round, "redoNo": doc["redo_no"], "seq": matter.version}
        if fields["round"] != matter.round or fields.get("redoNo", doc["redo_no"]) != doc["redo_no"]:
            raise Problem("stale_round", current=current)
        if name == "return" and doc["must_handle"]:
            raise Problem("return_not_allowed", current=current)
        if matter.status not in ALLOWED[name] or (name == "extension" and fields["step"] in doc["extensions"]):
            raise Problem("state_conflict", current=current)
        if name == "extension" and _is_too_late(fields["step"], matter, now):
            raise Problem("extension_too_late", current=current)
        missing = self.book.missing_files(fields.get("attachments") or [])
        errors = refused_content(name, fields, matter)
        errors += [error("attachments", f"附件未上传:{'、'.join(missing)}")] if missing else []
        if errors:
            raise Problem("content_refused", errors)

    def _do(self, name: str, fields: dict[str, Any], matter: Round, now: datetime) -> Round:
        DO[name](self.book, fields, matter, now)
        matter.version += 1
        self.book.save(matter, now)
        return matter

    def _keep(self, request: Request, key: str, name: str, now: datetime, matter: Round) -> Response:
        receipt = f"R-{self.book.serial('receipt'):012d}"
        data = {
            "demandNo": matter.number, "round": matter.round, "seq": matter.version, "status": matter.status, "receiptNo": receipt,
        }  # fmt: skip
        facts = {"name": name, "number": matter.number, "round": matter.round, "status": 200, "receipt": receipt}
        self.book.add_command(key, request.path, request.body, now, answer=json.dumps(data), **facts)
        return json_response(data)


def _is_too_late(step: str, matter: Round, now: datetime) -> bool:
    """Past the limit of the step, or the step is done."""
    limit = end_of(str(matter.doc["demand"]["limits"][STEPS[step]]))
    return (step == "answer" and matter.doc["answered_at"] is not None) or (limit is not None and now >= limit)


def _start(book: Book, fields: dict[str, Any], matter: Round, now: datetime) -> None:
    matter.status = "started"
    matter.doc["started_at"] = with_offset(now)


def _answer(book: Book, fields: dict[str, Any], matter: Round, now: datetime) -> None:
    matter.status = "redo" if matter.status == "redo" else "answered"
    matter.doc["answered_at"] = matter.doc["answered_at"] or with_offset(now)
    book.add_reply(matter, "answer", now, fields["answer"])


def _solve(book: Book, fields: dict[str, Any], matter: Round, now: datetime) -> None:
    matter.status = "solved"
    matter.doc["answered_at"] = matter.doc["answered_at"] or with_offset(now)
    matter.doc["solved_at"] = with_offset(now)
    book.add_reply(matter, "solve", now, fields["publicReply"])


def _return(book: Book, fields: dict[str, Any], matter: Round, now: datetime) -> None:
    matter.doc["before_return"], matter.status = matter.status, "return_pending"


def _extension(book: Book, fields: dict[str, Any], matter: Round, now: datetime) -> None:
    matter.doc["extensions"][fields["step"]] = fields["newLimit"]


DO = {"start": _start, "answer": _answer, "solve": _solve, "return": _return, "extension": _extension}
