"""The inspection adapter on real folders: packages whole or not, corrections, rounds, withdrawals, answers and receipts."""

from __future__ import annotations

import hashlib
import io
import json
import os
from datetime import datetime, timedelta
from pathlib import Path

import docx
import pytest
import python_calamine
import xlsxwriter

from integrations.adapters.inspection import InspectionAdapter
from integrations.adapters.inspection.adapter import _names
from integrations.adapters.inspection.answer import HEADER
from integrations.protocol import AdapterError, Unmappable
from integrations.reading import SHANGHAI, reply_digest
from tickets.domain.messages import Happening, Outgoing, OutgoingFile, Telling

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=SHANGHAI)
OURS = "宿州市重点工程建设管理局"
NUMBER = "宿创办〔2026〕31号"
TEXT = "已于3月5日更换破损围挡12米,并安排专人巡查。"
COLUMNS = ["序号", "点位", "问题描述", "照片", "整改期限", "责任单位"]


class Office:
    """The office's side of the folders."""

    def __init__(self, root: Path) -> None:
        self.root, self.ticks = root, 0
        for name in ("inbox", "outbox", "receipts"):
            (root / name).mkdir()

    def put(self, base: str, files: dict[str, bytes], *, marker: bytes | None = None) -> None:
        for name, raw in files.items():
            path = self.root / "inbox" / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(raw)
        if marker is None:
            marker = "".join(f"{sha(raw)}  {name}\n" for name, raw in files.items()).encode()
        self.mark(base, marker)

    def mark(self, base: str, marker: bytes) -> None:
        self.ticks += 1
        path = self.root / "inbox" / f"{base}.done"
        path.write_bytes(marker)
        os.utime(path, ns=(self.ticks * 10**9, self.ticks * 10**9))

    def receipt(self, name: str, *, rows=None, **changes) -> None:
        file = self.root / "outbox" / f"{name}.xlsx"
        body = {
            "package": name.split("_", maxsplit=1)[0], "noticeNo": NUMBER, "replyFile": f"{name}.xlsx", "receivedAt": "2026-03-05 18:00:00",
            "replySha256": sha(file.read_bytes()) if file.exists() else "0" * 64, "result": "accepted",
            "rows": rows or [{"seq": "1", "round": 1, "result": "accepted", "reason": ""}],
        } | changes  # fmt: skip
        self.ticks += 1
        path = self.root / "receipts" / f"{changes.pop('file', name + '.receipt.json')}"
        path.write_bytes(
            json.dumps({k: v for k, v in body.items() if k != "file"}, ensure_ascii=False).encode("gb18030")
        )


def sha(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def listed(*rows, number: str = NUMBER, issued: str = "2026-03-02") -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["督查通知问题清单"])
        sheet.write_row(1, 0, [f"文号:{number}"])
        sheet.write_row(2, 0, [f"发文单位:样例市创卫办   发文日期:{issued}"])
        for at, row in enumerate([COLUMNS, *rows], 3):
            sheet.write_row(at, 0, row)
    return out.getvalue()


def problem(seq=1, text="围挡破损", photos="", limit="2026-03-06", unit=OURS):
    return [seq, "样例路东段", text, photos, limit, unit]


def letter(*paragraphs: str) -> bytes:
    document, out = docx.Document(), io.BytesIO()
    for text in paragraphs:
        document.add_paragraph(text)
    document.save(out)
    return out.getvalue()


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


@pytest.fixture
def clock():
    return [NOW]


@pytest.fixture
def adapter(office, clock):
    return InspectionAdapter({"folder": str(office.root)}, lambda: clock[0])


def read_all(adapter, page):
    return [told for item in page.items for told in adapter.read(item)]


def refused(adapter, item) -> Unmappable:
    with pytest.raises(Unmappable) as caught:
        adapter.read(item)
    assert caught.value.zh
    assert caught.value.en
    return caught.value


# --- packages --------------------------------------------------------------------------------------------------------


def test_a_package_becomes_one_matter_for_each_problem_of_ours(office, adapter):
    rows = [
        problem(1, photos="1-1、1-9"),
        problem(2, "积水", unit="样例市城管局"),
        problem(3, "扬尘", limit="", unit=""),
    ]
    office.put("CWB-2026-031", {"CWB-2026-031.xlsx": listed(*rows), "CWB-2026-031/1-1.jpg": b"photo"})
    page = adapter.fetch("")
    first, third = read_all(adapter, page)
    assert [item.identity for item in page.items] == [f"{NUMBER}#1#1", f"{NUMBER}#3#1"]
    assert (first.number, first.round, first.happening) == (f"{NUMBER}#1", 1, Happening.DISPATCHED)
    assert (first.matter.title, first.matter.place) == ("样例路东段:围挡破损", "样例路东段")
    assert first.matter.limits.reply == datetime(2026, 3, 7, tzinfo=SHANGHAI), "a date is the end of that day"
    assert [(file.name, file.ref) for file in first.matter.files] == [
        ("CWB-2026-031.xlsx", "CWB-2026-031.xlsx"),
        ("1-1.jpg", "CWB-2026-031/1-1.jpg"),
    ]
    assert first.unmapped == ("照片=1-9",)
    assert third.matter.limits.reply is None
    assert first.version > 0
    assert adapter.download("CWB-2026-031/1-1.jpg", "") == b"photo"


def test_a_package_taken_is_not_taken_again_and_a_lost_cursor_gives_equal_bytes(office, adapter, clock):
    office.put("CWB-2026-031", {"CWB-2026-031.xlsx": listed(problem())})
    first = adapter.fetch("")
    assert adapter.fetch(first.cursor).items == ()
    clock[0] = NOW + timedelta(days=1)
    assert adapter.fetch("").items == first.items, "same key, same bytes: calm"


def test_without_a_marker_nothing_is_touched(office, adapter):
    (office.root / "inbox" / "CWB-2026-031.xlsx").write_bytes(listed(problem()))
    (office.root / "inbox" / "~$CWB-2026-031.xlsx").write_bytes(b"lock")
    assert adapter.fetch("").items == ()


def test_a_missing_folder_is_trouble_not_an_empty_inbox(tmp_path):
    with pytest.raises(AdapterError):
        InspectionAdapter({"folder": str(tmp_path / "gone")}, lambda: NOW).fetch("")


def test_a_marker_before_its_last_file_waits_and_after_an_hour_a_person_is_asked(office, adapter, clock):
    raw = listed(problem())
    office.put(
        "CWB-2026-031", {"CWB-2026-031.xlsx": raw[:2000]}, marker=f"{sha(raw)}  CWB-2026-031.xlsx\n".encode("gbk")
    )
    page = adapter.fetch("")
    assert page.items == ()
    assert "校验不符" in page.notes[0]
    clock[0] = NOW + timedelta(minutes=61)
    late = adapter.fetch(page.cursor)
    assert refused(adapter, late.items[0]).field == "package"
    assert adapter.fetch(late.cursor).items == ()


def test_a_package_that_becomes_whole_is_taken(office, adapter):
    raw = listed(problem())
    office.put("CWB-2026-031", {"CWB-2026-031.xlsx": b""}, marker=f"{sha(raw)}  CWB-2026-031.xlsx\n".encode())
    page = adapter.fetch("")
    (office.root / "inbox" / "CWB-2026-031.xlsx").write_bytes(raw)
    assert len(adapter.fetch(page.cursor).items) == 1


def test_an_empty_marker_means_everything_of_that_name_and_waits_for_half_a_file(office, adapter):
    raw = listed(problem(photos="1-1"))
    office.put("CWB-2026-031", {"CWB-2026-031.xlsx": raw[:2500], "CWB-2026-031/1-1.png": b"p"}, marker=b"")
    page = adapter.fetch("")
    assert page.items == ()
    (office.root / "inbox" / "CWB-2026-031.xlsx").write_bytes(raw)
    (told,) = read_all(adapter, adapter.fetch(page.cursor))
    assert [file.name for file in told.matter.files] == ["CWB-2026-031.xlsx", "1-1.png"]


def test_a_correction_is_the_same_problem_with_a_higher_version(office, adapter):
    office.put("CWB-2026-031", {"CWB-2026-031.xlsx": listed(problem())})
    page = adapter.fetch("")
    office.put("CWB-2026-031", {"CWB-2026-031.xlsx": listed(problem(text="围挡破损(更正)"))})
    (before,), (after,) = read_all(adapter, page), read_all(adapter, adapter.fetch(page.cursor))
    assert (after.number, after.round, after.event_id) == (before.number, before.round, before.event_id)
    assert after.version > before.version
    assert "更正" in after.matter.content


def test_a_reinspection_is_the_next_round_of_its_notice(office, adapter):
    office.put("CWB-2026-031", {"CWB-2026-031.xlsx": listed(problem())})
    page = adapter.fetch("")
    office.put("CWB-2026-031-R1", {"CWB-2026-031-R1.xlsx": listed(problem(), number="宿创办〔2026〕44号")})
    (told,) = read_all(adapter, adapter.fetch(page.cursor))
    assert (told.number, told.round) == (f"{NUMBER}#1", 2)


def test_a_package_again_under_another_name_is_the_same_inquiry(office, adapter):
    for base in ("CWB-2026-031", "CWB-2026-031-2"):
        office.put(base, {f"{base}.xlsx": listed(problem())})
    first, second = read_all(adapter, adapter.fetch(""))
    assert (first.number, first.round, first.event_id) == (second.number, second.round, second.event_id)


def test_a_withdrawal_takes_back_every_problem_of_the_notice(office, adapter, clock):
    text = f"经复核,现撤销《{NUMBER.replace('〔', '[').replace('〕', ']')}》督查通知。"
    office.put("CWB-2026-901", {"CWB-2026-901.docx": letter("宿创办〔2026〕901号", "撤销通知", text)})
    page = adapter.fetch("")
    assert page.items == (), "it waits for the notice it names"
    office.put("CWB-2026-031", {"CWB-2026-031.xlsx": listed(problem(1), problem(2))})
    page = adapter.fetch(page.cursor)
    told = read_all(adapter, adapter.fetch(page.cursor))
    assert [(one.number, one.happening) for one in told] == [
        (f"{NUMBER}#1", Happening.WITHDRAWN),
        (f"{NUMBER}#2", Happening.WITHDRAWN),
    ]


def test_limits_that_need_the_calendar_or_a_person(office, adapter):
    rows = [problem(1, limit="收到通知后3个工作日内"), problem(2, limit="立行立改"), problem(3, limit="尽快")]
    office.put("CWB-2026-031", {"CWB-2026-031.xlsx": listed(*rows)})
    counted, at_once, vague = read_all(adapter, adapter.fetch(""))
    assert counted.matter.limits.reply is None
    assert counted.detail["limit_working_days"] == 3
    assert counted.detail["limit_from"] == "2026-03-02", "the day the marker was seen"
    assert at_once.matter.limits.reply == datetime(2026, 3, 3, tzinfo=SHANGHAI), "the day itself"
    assert vague.unmapped == ("整改期限=尽快",)


def test_at_once_without_a_date_on_the_paper_waits_for_a_person(office, adapter):
    office.put("CWB-2026-031", {"CWB-2026-031.xlsx": listed(problem(limit="立行立改"), issued="")})
    (told,) = read_all(adapter, adapter.fetch(""))
    assert told.matter.limits.reply is None
    assert told.unmapped == ("整改期限=立行立改",)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧版"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (listed(), "人工录入"),
    ],
)
def test_a_paper_that_cannot_be_read_goes_to_a_person_and_stops_nobody(office, adapter, raw, said):
    office.put("CWB-2026-030", {"CWB-2026-030.xlsx": raw})
    office.put("CWB-2026-031", {"CWB-2026-031.xlsx": listed(problem())})
    bad, good = adapter.fetch("").items
    assert said in refused(adapter, bad).zh
    assert adapter.read(good)[0].number == f"{NUMBER}#1"


def test_many_packages_come_in_bounded_pages(office, adapter):
    for n in range(12):
        office.put(
            f"CWB-2026-{n:03d}", {f"CWB-2026-{n:03d}.xlsx": listed(problem(), number=f"宿创办〔2026〕{n + 1}号")}
        )
    page = adapter.fetch("")
    assert (len(page.items), page.more) == (10, True)
    page = adapter.fetch(page.cursor)
    assert (len(page.items), page.more) == (2, False)


@pytest.mark.parametrize("listed_path", ["../secret.xlsx", "/etc/hostname", "CWB-2026-099.xlsx"])
def test_a_marker_reaches_only_into_its_own_package(office, adapter, listed_path):
    (office.root / "secret.xlsx").write_bytes(listed(problem()))
    office.mark("CWB-2026-031", f"{'0' * 64}  {listed_path}\n".encode())
    assert adapter.fetch("").items == ()


def test_a_link_out_of_the_inbox_is_not_followed(office, adapter):
    (office.root / "secret.txt").write_bytes(b"x")
    (office.root / "inbox" / "CWB-2026-031").mkdir()
    (office.root / "inbox" / "CWB-2026-031" / "a.jpg").symlink_to(office.root / "secret.txt")
    with pytest.raises(AdapterError) as caught:
        adapter.download("CWB-2026-031/a.jpg", "")
    assert caught.value.permanent


# --- answers ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def taken(office, adapter):
    office.put("CWB-2026-031", {"CWB-2026-031.xlsx": listed(problem(1), problem(2, "积水"))})
    return adapter.fetch("").cursor


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "store"
    path.write_bytes(b"\xff\xd8 after")
    return OutgoingFile(1, "整改后.JPG", path.stat().st_size, sha(path.read_bytes()), str(path), "photo")


def reply(key="ob-1", seq=1, files=(), telling=Telling.REPLY, **facts) -> Outgoing:
    told = {
        "text": TEXT,
        "outcome": "explained",
        "replied_at": "2026-03-05T16:00:00+08:00",
        "handler": "测试辛",
        "handler_phone": "19900005001",
    } | facts
    return Outgoing(key, "inspection", f"{NUMBER}#{seq}", 1, 0, telling, told, tuple(files))


def cells(office, name) -> list[str]:
    book = python_calamine.load_workbook(str(office.root / "outbox" / f"{name}.xlsx"))
    header, row = book.get_sheet_by_name("整改回复").to_python()
    assert tuple(header) == HEADER
    return row


def test_an_answer_is_a_workbook_its_photos_and_last_a_marker(office, adapter, taken, photo):
    receipt = adapter.deliver(reply(outcome="solved", files=[photo]))
    assert (receipt.receipt_no, receipt.pending, receipt.outer_state) == ("CWB-2026-031_reply_001.xlsx", True, "sent")
    assert cells(office, "CWB-2026-031_reply_001") == [
        NUMBER, "1", "1", "样例路东段", "围挡破损", "已整改", TEXT, "2026-03-05", "1-1.jpg", "测试辛", "19900005001",
    ]  # fmt: skip
    outbox = office.root / "outbox"
    listed_lines = (outbox / "CWB-2026-031_reply_001.done").read_text().splitlines()
    assert {tuple(line.split("  ")) for line in listed_lines} == {
        (sha((outbox / name).read_bytes()), name)
        for name in ("CWB-2026-031_reply_001.xlsx", "CWB-2026-031_reply_001/1-1.jpg")
    }
    assert not list(outbox.rglob("*.part"))


def test_the_same_key_finds_its_earlier_file_and_another_key_takes_the_next(office, adapter, taken):
    first = adapter.deliver(reply())
    before = (office.root / "outbox" / first.receipt_no).read_bytes()
    again = adapter.deliver(reply(text="别的内容,不该改动已发出的文件。"))
    assert (again.receipt_no, again.is_repeat) == (first.receipt_no, True)
    assert (office.root / "outbox" / first.receipt_no).read_bytes() == before
    assert adapter.deliver(reply("ob-2", 2)).receipt_no == "CWB-2026-031_reply_002.xlsx"


def test_an_answer_interrupted_before_its_marker_is_finished_under_its_name(office, adapter, taken):
    first = adapter.deliver(reply())
    (office.root / "outbox" / "CWB-2026-031_reply_001.done").unlink()
    again = adapter.deliver(reply())
    assert (again.receipt_no, again.is_repeat) == (first.receipt_no, False)
    assert (office.root / "outbox" / "CWB-2026-031_reply_001.done").exists()


@pytest.mark.parametrize(
    ("facts", "status", "done_on"),
    [
        ({"outcome": "in_progress", "promised_on": "2026-03-20"}, "整改中", "2026-03-20"),
        ({"outcome": "explained"}, "已解释说明", ""),
        ({"outcome": "not_true"}, "不属实", ""),
        ({"outcome": "not_ours"}, "非本单位", ""),
    ],
)
def test_outcomes_in_their_words(office, adapter, taken, facts, status, done_on):
    adapter.deliver(reply(**facts))
    row = cells(office, "CWB-2026-031_reply_001")
    assert (row[5], row[7]) == (status, done_on)


def test_a_return_says_not_ours_with_its_reasons(office, adapter, taken):
    facts = {"reason": "该点位不在我局项目范围内", "basis": "职责清单第三条", "suggested_unit": "样例市城管局"}
    receipt = adapter.deliver(reply(telling=Telling.RETURN, **facts))
    row = cells(office, "CWB-2026-031_reply_001")
    assert row[5:7] == ["非本单位", "该点位不在我局项目范围内\n依据：职责清单第三条\n建议交办：样例市城管局"]
    assert receipt.outer_state == "return_asked"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"outcome": "solved"}, "整改后照片"),
        ({"outcome": "in_progress"}, "完成时间"),
        ({"text": "太短"}, "整改情况"),
        ({"text": "长" * 2001}, "整改情况"),
    ],
)
def test_what_the_office_would_reject_goes_to_a_person_first(office, adapter, taken, facts, field):
    with pytest.raises(AdapterError) as caught:
        adapter.deliver(reply(**facts))
    assert caught.value.permanent
    assert caught.value.errors[0][0] == field
    assert not list((office.root / "outbox").iterdir())


def test_a_lost_memory_is_rebuilt_from_the_inbox(office, clock, adapter, taken):
    for path in sorted((office.root / ".hotline").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    fresh = InspectionAdapter({"folder": str(office.root)}, lambda: clock[0])
    assert fresh.deliver(reply()).receipt_no == "CWB-2026-031_reply_001.xlsx"


def test_an_answer_to_an_unknown_problem_goes_to_a_person(office, adapter, taken):
    with pytest.raises(AdapterError) as caught:
        adapter.deliver(reply(seq=77))
    assert caught.value.permanent


# --- receipts --------------------------------------------------------------------------------------------------------


def verdicts(adapter, cursor):
    page = adapter.fetch(cursor)
    return page, read_all(adapter, page)


def test_accepted_and_rejected(office, adapter, taken):
    adapter.deliver(reply("ob-1", 1))
    adapter.deliver(reply("ob-2", 2))
    office.receipt("CWB-2026-031_reply_001")
    rows = [{"seq": "2", "round": 1, "result": "rejected", "reason": "缺整改后照片"}]
    office.receipt("CWB-2026-031_reply_002", rows=rows, result="rejected")
    _, told = verdicts(adapter, taken)
    assert [(one.number, one.happening, one.outer_state) for one in told] == [
        (f"{NUMBER}#1", Happening.CLOSED, "closed"),
        (f"{NUMBER}#2", Happening.BOUNCED, "bounced"),
    ]
    assert told[1].detail["reasons"] == ["缺整改后照片"]
    assert told[0].occurred_at == datetime(2026, 3, 5, 18, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("result", "agreed", "state"), [("accepted", True, "returned"), ("rejected", False, "in_progress")]
)
def test_the_verdict_on_a_return(office, adapter, taken, result, agreed, state):
    adapter.deliver(reply(telling=Telling.RETURN, reason="该点位不在我局项目范围内"))
    office.receipt("CWB-2026-031_reply_001", rows=[{"seq": "1", "round": 1, "result": result, "reason": "属你单位"}])
    _, (told,) = verdicts(adapter, taken)
    assert (told.happening, told.detail["agreed"], told.outer_state) == (Happening.RETURN_DECIDED, agreed, state)


def test_a_file_rejected_as_a_whole_bounces_its_row(office, adapter, taken):
    adapter.deliver(reply())
    office.receipt("CWB-2026-031_reply_001", result="rejected", rows=[], reason="表头与约定不符")
    body = json.loads((office.root / "receipts" / "CWB-2026-031_reply_001.receipt.json").read_bytes().decode("gb18030"))
    body["rows"] = []
    (office.root / "receipts" / "CWB-2026-031_reply_001.receipt.json").write_text(json.dumps(body))
    _, (told,) = verdicts(adapter, taken)
    assert (told.happening, told.detail["reasons"]) == (Happening.BOUNCED, ["表头与约定不符"])


def test_a_receipt_again_is_the_same_item_and_a_changed_one_is_news(office, adapter, taken):
    adapter.deliver(reply())
    office.receipt("CWB-2026-031_reply_001")
    page, (first,) = verdicts(adapter, taken)
    office.receipt(
        "CWB-2026-031_reply_001", file="CWB-2026-031_reply_001.receipt.2.json", receivedAt="2026-03-06 09:00:00"
    )
    again = adapter.fetch(page.cursor)
    assert again.items == page.items, "same key, same bytes: calm"
    rows = [{"seq": "1", "round": 1, "result": "rejected", "reason": "复核不合格"}]
    office.receipt("CWB-2026-031_reply_001", file="CWB-2026-031_reply_001.receipt.3.json", rows=rows, result="rejected")
    _, (changed,) = verdicts(adapter, again.cursor)
    assert (changed.happening, changed.event_id != first.event_id) == (Happening.BOUNCED, True)
    assert changed.version > first.version


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"replyFile": "CWB-2026-031_reply_999.xlsx"}, "replyFile"),
        ({"replySha256": "0" * 64}, "replySha256"),
        ({"rows": [{"seq": "9", "round": 1, "result": "accepted"}]}, "seq"),
        ({"rows": [{"seq": "1", "round": 1, "result": "later"}]}, "result"),
        ({"receivedAt": "2026-13-45"}, "receivedAt"),
    ],
)
def test_a_receipt_that_does_not_fit_is_parked(office, adapter, taken, changes, field):
    adapter.deliver(reply())
    office.receipt("CWB-2026-031_reply_001", **changes)
    (item,) = adapter.fetch(taken).items
    assert refused(adapter, item).field == field


def test_a_receipt_that_is_no_json_is_parked(office, adapter, taken):
    (office.root / "receipts" / "CWB-2026-031_reply_001.receipt.json").write_bytes(b"{half")
    (item,) = adapter.fetch(taken).items
    assert refused(adapter, item).field == "body"


# --- their books -----------------------------------------------------------------------------------------------------

LEDGER = "文号,序号,轮次,状态,回复文件,整改情况SHA256\n"


def ledger(office, *rows: str) -> None:
    (office.root / "receipts" / "ledger_20260305.csv").write_bytes((LEDGER + "".join(rows)).encode("gb18030"))


def test_the_ledger_as_rows(office, adapter, taken):
    adapter.deliver(reply("ob-1", 1))
    adapter.deliver(reply("ob-2", 2, telling=Telling.RETURN, reason="该点位不在我局项目范围内"))
    ledger(
        office,
        f"{NUMBER},1,1,已通过,CWB-2026-031_reply_001.xlsx,{reply_digest(TEXT)}\n",
        f"{NUMBER},2,1,已通过,CWB-2026-031_reply_002.xlsx,ab\n",
        f"{NUMBER},3,1,未回复,,\n",
    )
    books = adapter.ledger("2026-03-05")
    assert [(book.number, book.outer_state) for book in books] == [
        (f"{NUMBER}#1", "closed"),
        (f"{NUMBER}#2", "returned"),
        (f"{NUMBER}#3", "registered"),
    ]
    assert books[0].reply_digest == reply_digest(TEXT)
    with pytest.raises(AdapterError) as caught:
        adapter.ledger("2026-03-06")
    assert not caught.value.permanent


def test_look_knows_what_was_sent_after_the_ledger(office, adapter, taken):
    assert adapter.look(f"{NUMBER}#1", 1).outer_state == "registered"
    adapter.deliver(reply())
    book = adapter.look(f"{NUMBER}#1", 1)
    assert (book.outer_state, book.reply_digest) == ("sent", reply_digest(TEXT))
    ledger(office, f"{NUMBER},1,1,已退回,CWB-2026-031_reply_001.xlsx,{reply_digest(TEXT)}\n")
    assert adapter.look(f"{NUMBER}#1", 1).outer_state == "bounced"
    assert adapter.look("宿创办〔2026〕99号#1", 1) is None


def test_fetch_one_is_the_newest_round(office, adapter, taken):
    office.put("CWB-2026-031-R1", {"CWB-2026-031-R1.xlsx": listed(problem())})
    adapter.fetch(taken)
    (item,) = adapter.fetch_one(f"{NUMBER}#1")
    assert adapter.read(item)[0].round == 2
    assert adapter.fetch_one("宿创办〔2026〕99号#1") == []


@pytest.mark.parametrize(
    ("unit_name", "names"),
    [
        ("", ("重点工程建设管理局",)),
        ("宿州市重点工程建设管理局", ("重点工程建设管理局",)),
        ("样例市住房和城乡建设局", ("样例市住房和城乡建设局",)),
    ],
)
def test_whose_rows_are_ours_follows_the_bureaus_name(unit_name: str, names: tuple[str, ...]) -> None:
    assert _names(unit_name) == names
