"""The eight methods of the petition platform on its book: who may do what in which state, and the answers."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta

from .petition_book import Book, Round
from .petition_info import NONE, STATUS_NAMES, moment
from .petition_rules import ALLOWED, COMMANDS, METHODS, content_of, digest, parse_moment, refused_content, wrong_element
from .petition_soap import Call, Fault, Node


class Refused(Exception):
    """A code in HTTP 200 that is not 0; ``now`` holds status and turnno for 1004 and 1005."""

    def __init__(self, code: str, message: str, now: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.now = code, message, now or {}


def move(book: Book, matter: Round, now: datetime, **changes: str) -> None:
    """Change elements of a round's ``info``, stamp ``updatetime`` (never backwards) and store it."""
    matter.info.update(changes)
    matter.info["statusname"] = STATUS_NAMES.get(matter.info["status"], matter.info["status"])
    matter.info["updatetime"] = max(matter.info["updatetime"], moment(now))
    book.save(matter, now.strftime("%Y-%m-%d"))


class Methods:
    """Answers calls at a moment ``now`` (naive Asia/Shanghai); every accepted command is stored with its answer."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._queries: dict[str, Callable[[Call, datetime], list[Node]]] = {
            "GetInfoList": self._list, "GetInfo": self._info, "GetAttachment": self._attachment, "GetLedger": self._ledger,
        }  # fmt: skip
        self._commands: dict[str, Callable[[Call, Round, datetime], dict[str, str]]] = {
            "AcceptInfo": self._accept, "ObjectInfo": self._object, "ExtendInfo": self._extend, "ReplyInfo": self._reply,
        }  # fmt: skip

    def answer(self, call: Call, now: datetime) -> list[Node]:
        """The result elements, ``code`` and ``message`` first. Raises Fault for a method that is not ours."""
        if call.method not in METHODS:
            raise Fault("Client", "1000", f"未知方法 {call.method}")
        try:
            if wrong := wrong_element(call):
                raise Refused("1002", wrong)
            if call.method in COMMANDS:
                return [("code", "0"), ("message", "ok"), *self._command(call, now).items()]
            return [("code", "0"), ("message", "ok"), *self._queries[call.method](call, now)]
        except Refused as refusal:
            return [("code", refusal.code), ("message", refusal.message), *refusal.now.items()]

    def _command(self, call: Call, now: datetime) -> dict[str, str]:
        content = content_of(call)
        with self.book:
            known = self.book.accepted(call.method, call.texts["requestid"].strip())
            if known:
                return self._repeat(known, content)
            matter = self._matter(call)
            self._check(call, matter)
            answer = {"infoid": matter.infoid, "turnno": str(matter.turnno)} | self._commands[call.method](
                call, matter, now
            )
            self.book.add_call(call.method, matter, moment(now), content, answer)
        return answer

    def _repeat(self, known: tuple[dict[str, str], dict[str, str]], content: dict[str, str]) -> dict[str, str]:
        if known[0] != content:
            raise Refused("1006", "requestid已用于其他内容")
        return known[1] | {"isrepeat": "1"}

    def _matter(self, call: Call) -> Round:
        matter = self.book.newest(call.texts["infoid"].strip())
        if matter is None:
            raise Refused("1003", "infoid不存在")
        return matter

    def _check(self, call: Call, matter: Round) -> None:
        current = {"status": matter.status, "turnno": str(matter.turnno)}
        if int(call.texts["turnno"]) != matter.turnno:
            raise Refused("1005", "turnno已过期", current)
        if matter.status not in ALLOWED[call.method]:
            raise Refused("1004", f"当前状态{matter.info['statusname']}不允许此操作", current)
        if wrong := refused_content(call):
            raise Refused("1008", wrong)

    def _accept(self, call: Call, matter: Round, now: datetime) -> dict[str, str]:
        taken = call.texts["acceptstate"].strip() == "1"
        receipt = self._receipt()
        at = moment(parse_moment(call.texts["accepttime"]))
        move(self.book, matter, now, status="3" if taken else "9", isend="0" if taken else "1", accepttime=at,
             acceptstate=call.texts["acceptstate"].strip(), acceptanceno=call.texts.get("acceptno", "").strip() or receipt,
             endtime=NONE if taken else moment(now))  # fmt: skip
        return {"status": matter.status, "receiptno": receipt}

    def _object(self, call: Call, matter: Round, now: datetime) -> dict[str, str]:
        if matter.info["objectstate"] != "0":
            raise Refused("1004", "本轮次已提出过异议", {"status": matter.status, "turnno": str(matter.turnno)})
        if moment(now) > matter.info["objectlimit"]:
            raise Refused("1007", "已超过异议期限")
        move(self.book, matter, now, status="4", objectstate="1")
        return {"status": "4", "receiptno": self._receipt()}

    def _extend(self, call: Call, matter: Round, now: datetime) -> dict[str, str]:
        if matter.info["extendstate"] != "0":
            raise Refused("1004", "延期只能申请一次", {"status": matter.status, "turnno": str(matter.turnno)})
        if moment(now) >= matter.info["limittime"]:
            raise Refused("1007", "已超过办理期限")
        move(self.book, matter, now, extendstate="1")
        return {"status": "3", "extendstate": "1", "receiptno": self._receipt()}

    def _reply(self, call: Call, matter: Round, now: datetime) -> dict[str, str]:
        text, docno = call.texts["replycontent"], call.texts["replydocno"].strip()
        at = moment(parse_moment(call.texts["replytime"]))
        self.book.add_reply(matter.infoid, matter.turnno, at, docno, text, digest(text))
        matter.why = ""
        move(self.book, matter, now, status="6", replycontent=text, replytime=at, replydocno=docno)
        return {"status": "6", "receiptno": self._receipt()}

    def _receipt(self) -> str:
        return f"XF{self.book.serial('receipt'):08d}"

    def _list(self, call: Call, now: datetime) -> list[Node]:
        offset, size = self._page(call)
        start, end = (moment(parse_moment(call.texts[name])) for name in ("starttime", "endtime"))
        count, rows = self.book.changed(start, end, offset, size)
        names = ("infoid", "turnno", "updatetime", "status", "isend", "infocode")
        items: list[Node] = [
            ("item", [(name, str(value)) for name, value in zip(names, row, strict=True)]) for row in rows
        ]
        return [("recordcount", str(count)), ("items", items)]

    def _ledger(self, call: Call, now: datetime) -> list[Node]:
        offset, size = self._page(call)
        count, rows = self.book.ledger(call.texts["date"].strip(), offset, size)
        return [("recordcount", str(count)), ("rows", [("row", list(row.items())) for row in rows])]

    def _page(self, call: Call) -> tuple[int, int]:
        size = int(call.texts.get("pagesize", "").strip() or 50)
        return (int(call.texts.get("pageindex", "").strip() or 1) - 1) * size, size

    def _info(self, call: Call, now: datetime) -> list[Node]:
        with self.book:
            matter = self._matter(call)
            if matter.status == "1":
                move(self.book, matter, now, status="2")
        return [("info", list(matter.info.items()))]

    def _attachment(self, call: Call, now: datetime) -> list[Node]:
        self._matter(call)
        found = self.book.file(call.texts["infoid"].strip(), call.texts["fjid"].strip())
        if found is None:
            raise Refused("1003", "fjid不存在")
        return [("fjid", call.texts["fjid"].strip()), ("fjmc", found[0]), ("fjnr", b64encode(found[1]).decode())]


def extended(info: dict[str, str], days: int) -> dict[str, str]:
    """The elements that a granted extension of ``days`` calendar days moves."""
    limit = parse_moment(info["limittime"]) + timedelta(days=days)
    return {
        "limittime": moment(limit),
        "processlimited": limit.strftime("%Y-%m-%d"),
        "limitdays": str(int(info["limitdays"]) + days),
    }
