"""The hotline's commands: admitted by key, answered once under it, checked, and done."""

from __future__ import annotations

import json
import re
from datetime import datetime
from hashlib import sha256
from typing import Any

from .base import UNIT, Request, Response
from .book import Book, Round
from .checks import error, read_object, wrong_fields
from .hotline_answers import Refused, accepted
from .hotline_rules import AFTERWARDS, ALLOWED, FIELDS, FILE_FIELDS, LODGE, refused_content
from .values import end_of

LARGEST = 1024 * 1024
KEY = re.compile(r"[A-Za-z0-9\-_]{1,64}")
Done = tuple[dict[str, Any], Round, str]


class Commands:
    """Acts on the book; what it does happens in one transaction with its receipt."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def command(self, request: Request, number: str, name: str, now: datetime) -> Response:
        """One of sign, contact, reply, return, extension. Raises Refused."""
        body = self._begin(request)
        key = request.headers.get("Idempotency-Key")
        if not KEY.fullmatch(key):
            raise Refused("E4001", [error("Idempotency-Key", "必填,1至64位字母、数字、-、_")])
        if again := self._again(request, key, now):
            return again
        fields = _object(body)
        with self.book:
            matter = self.dispatched(number)
            self._admit(name, fields, matter, now)
            return self._keep(request, key, name, now, matter, self._do(name, fields, matter, now))

    def lodged(self, request: Request, now: datetime) -> tuple[str, dict[str, str]] | Response:
        """The key and the fields of a call to lodge, or the answer it had before. Raises Refused."""
        body = self._begin(request)
        key = request.headers.get("Idempotency-Key") or f"bytes:{sha256(body).hexdigest()}"
        if not key.startswith("bytes:") and not KEY.fullmatch(key):
            raise Refused("E4001", [error("Idempotency-Key", "1至64位字母、数字、-、_")])
        if again := self._again(request, key, now):
            return again
        fields = _object(body)
        if errors := wrong_fields(fields, LODGE):
            raise Refused("E4001", errors)
        return key, {field.name: str(fields.get(field.name) or "") for field in LODGE}

    def keep_lodging(self, request: Request, key: str, number: str, now: datetime) -> Response:
        """Note an accepted call under its key and answer 201."""
        facts = {"name": "lodge", "number": number, "round": 1, "status": 201, "receipt": number}
        self.book.add_command(key, request.path, request.body, now, answer=json.dumps({"orderNo": number}), **facts)
        return accepted({"orderNo": number}, now, self.book.serial("request"), 201)

    def dispatched(self, number: str) -> Round:
        """The current round of a number. Raises Refused: unknown, or another unit's."""
        matter = self.book.newest(number)
        if matter is None:
            raise Refused("E4040")
        if matter.doc["ticket"]["assignedDeptCode"] != UNIT:
            raise Refused("E4030")
        return matter

    def _begin(self, request: Request) -> bytes:
        if request.length > LARGEST:
            raise Refused("E4130")
        return request.body

    def _again(self, request: Request, key: str, now: datetime) -> Response | None:
        first = self.book.first_answer(key, now)
        if first is None:
            return None
        path, body, status, answer = first
        if (path, body) != (request.path, request.body):
            raise Refused("E4091")
        return accepted(json.loads(answer), now, self.book.serial("request"), status, {"Idempotent-Replay": "true"})

    def _admit(self, name: str, fields: dict[str, Any], matter: Round, now: datetime) -> None:
        if errors := wrong_fields(fields, FIELDS[name]):
            raise Refused("E4001", errors)
        as_of_now = {"status": matter.status, "round": matter.round, "redoNo": matter.doc["redo_no"]}
        if fields["round"] != matter.round or fields.get("redoNo", matter.doc["redo_no"]) != matter.doc["redo_no"]:
            raise Refused("E4092", data=as_of_now)
        if name == "return" and matter.doc["ticket"]["mustHandle"] == "1":
            raise Refused("E4093", data=as_of_now)
        if matter.status not in ALLOWED[name]:
            raise Refused("E4090", data=as_of_now)
        if name == "extension" and self._too_late(matter, now):
            raise Refused("E4094", data=as_of_now)
        errors = refused_content(name, fields, matter) + self._unknown_files(fields)
        if errors:
            raise Refused("E4220", errors)

    def _too_late(self, matter: Round, now: datetime) -> bool:
        deadline = end_of(matter.doc["ticket"]["expectedDeadline"])
        return bool(matter.doc["extension"]) or (deadline is not None and now >= deadline)

    def _unknown_files(self, fields: dict[str, Any]) -> list[dict[str, str]]:
        wrong = [(name, self.book.missing_files(fields.get(name) or [])) for name in FILE_FIELDS]
        return [error(name, f"附件未上传:{'、'.join(ids)}") for name, ids in wrong if ids]

    def _do(self, name: str, fields: dict[str, Any], matter: Round, now: datetime) -> str:
        receipt = f"HZ{now:%y%m%d%H%M%S}{self.book.serial('receipt'):06d}"
        matter.version += 1
        matter.status = AFTERWARDS.get(name, matter.status)
        if name == "reply":
            self.book.add_reply(matter, "reply", now, fields["publicReply"])
        elif name == "return":
            matter.doc["return"] = receipt
        elif name == "extension":
            matter.doc["extension"] = {"receipt": receipt, "newDeadline": fields["newDeadline"]}
        self.book.save(matter, now)
        return receipt

    def _keep(self, request: Request, key: str, name: str, now: datetime, matter: Round, receipt: str) -> Response:
        data = {
            "orderNo": matter.number, "round": matter.round, "status": matter.status, "version": matter.version, "receiptNo": receipt,
        }  # fmt: skip
        facts = {"name": name, "number": matter.number, "round": matter.round, "status": 200, "receipt": receipt}
        self.book.add_command(key, request.path, request.body, now, answer=json.dumps(data), **facts)
        return accepted(data, now, self.book.serial("request"))


def _object(body: bytes) -> dict[str, Any]:
    fields = read_object(body)
    if fields is None:
        raise Refused("E4001", [error("body", "不是JSON对象")])
    return fields
