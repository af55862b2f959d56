"""Rows of the three CSV files of published texts as Records: platform and number by a stable hash of file and id."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from .base import Record

SHANGHAI = ZoneInfo("Asia/Shanghai")
FILES = {"hotline_cases.csv": "1", "petitions_with_replies.csv": "2", "petitions_hot_topics.csv": "3"}
_PLACES = re.compile(r"[A-Z]\d{0,2}(?:市|区|县)[\w·]{0,12}?(?:路|街|大道|小区|社区|村|镇|街道|广场)")
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_DATES = (
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d",
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%d/%m/%Y",
)
_NATURES = (("咨询", "咨询"), ("建议", "建议"), ("举报", "举报"), ("表扬", "表扬"), ("感谢", "表扬"), ("投诉", "投诉"), ("求助", "求助"),
            ("请问", "咨询"), ("盼", "求助"), ("请求", "求助"), ("希望", "求助"))  # fmt: skip
_CATEGORIES = {
    "扬尘": "城乡建设_市政建设_扬尘治理",
    "噪": "城乡建设_市政建设_施工噪声",
    "拆迁": "征地拆迁_补偿安置_拆迁补偿",
    "征收": "征地拆迁_补偿安置_征收补偿",
    "安置": "征地拆迁_补偿安置_安置房",
    "工资": "人力资源_劳动报酬_欠薪",
    "围挡": "城乡建设_市政建设_道路围挡",
    "污水": "生态环境_水污染_污水排放",
    "河": "生态环境_水污染_河道治理",
    "积水": "城乡建设_市政建设_排水",
    "公交": "交通运输_公共交通_公交线路",
    "地铁": "交通运输_轨道交通_地铁建设",
    "物业": "住房保障_物业管理_物业服务",
    "学校": "教育_基础教育_学校建设",
    "路": "城乡建设_市政建设_道路施工",
}


def fraction(key: str) -> float:
    """A stable number in [0, 1) that follows from ``key`` alone."""
    return int.from_bytes(sha256(key.encode()).digest()[:7]) / 2**56


def read_folder(folder: Path) -> list[Record]:
    """All rows of the three files in ``folder``, in their order; a missing file is no rows, no row is dropped."""
    return [record for name in FILES if (folder / name).is_file() for record in _read_file(folder / name)]


def _read_file(path: Path) -> Iterator[Record]:
    seen: dict[str, int] = {}
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            values = {
                name: text or "" for name, text in row.items() if isinstance(name, str) and not isinstance(text, list)
            }
            external_id = values.get("external_id", "").strip()
            seen[external_id] = seen.get(external_id, 0) + 1
            yield _record(path.name, external_id, seen[external_id], values)


def _record(file: str, external_id: str, occurrence: int, row: dict[str, str]) -> Record:
    # A row whose id stood in the file before is another matter: it gets a number of its own.
    key = f"{file}:{external_id or sha256(repr(sorted(row.items())).encode()).hexdigest()}" + f":{occurrence}" * (
        occurrence > 1
    )
    platform = _platform(file, key)
    called = _moment(row.get("received_at") or row.get("received_on") or "")
    subject, content = row.get("subject", ""), row.get("content", "")
    anonymous = fraction(f"anonymous:{key}") < 0.04
    petitioner = row.get("petitioner", "").strip()
    person = petitioner or f"person:{key}"
    return Record(
        platform=platform, number=_number(platform, FILES[file], key, external_id, called), round=1, title=subject, content=content,
        caller="" if anonymous else petitioner or _name(key), phone=_phone(person, anonymous), nature=row.get("nature") or _nature(subject),
        category=_category(subject + content), place=_place(subject + content), project="", urgency=_urgency(key), anonymous=anonymous,
        confidential=platform == "petition" and fraction(f"secret:{key}") < 0.01,
        report=platform == "petition" and "检举" in subject, call_time=called, reply=row.get("reply") or None,
        replied_at=_moment(row["replied_at"]) if row.get("replied_at") else None, extra={"file": file, "external_id": external_id,
        "channel": row.get("source", ""), "for": row.get("for", ""), "against": row.get("against", "")},
    )  # fmt: skip


def _platform(file: str, key: str) -> str:
    part = fraction(f"platform:{key}")
    if file == "hotline_cases.csv":
        return "hotline"
    if file == "petitions_with_replies.csv":
        return "petition" if part < 0.85 else "hotline"
    shares = (("inspection", 0.07), ("business", 0.22), ("petition", 0.40))
    return next((name for name, share in shares if part < share), "hotline")


def _number(platform: str, file: str, key: str, external_id: str, called: datetime | str) -> str:
    """hotline 19 digits, petition 12, business QY and 16; built of the file, the day and the id, so they never meet."""
    plain = external_id.isdigit() and len(external_id) <= 6 and key.endswith(f":{external_id}")
    if not (plain and isinstance(called, datetime)):
        digits = str(int(sha256(key.encode()).hexdigest(), 16))
        return {"petition": f"9{digits[:11]}", "business": f"QY9{digits[:15]}"}.get(platform, f"9{digits[:18]}")
    if platform == "petition":
        return f"{file}{(called.date() - date(2000, 1, 1)).days:05d}{int(external_id):06d}"
    if platform == "business":
        return f"QY{called:%Y%m%d}{file}{int(external_id):07d}"
    return f"{called:%y%m%d%H%M%S}{file}{int(external_id):06d}"


def _moment(text: str) -> datetime | str:
    """The Asia/Shanghai moment, or the text itself when it is no date."""
    for form in _DATES:
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=SHANGHAI)
        except ValueError:
            continue
    return text


def _name(key: str) -> str:
    part = int(fraction(f"name:{key}") * 120)
    return f"测试{_STEMS[part % 10]}{_BRANCHES[part // 10]}"


def _phone(person: str, anonymous: bool) -> str:
    part = fraction(f"phone:{person}")
    return "" if anonymous or part < 0.06 else f"1990000{int(part * 10000):04d}"


def _nature(subject: str) -> str:
    return next((nature for word, nature in _NATURES if word in subject), "投诉")


def _category(text: str) -> str:
    return next((category for word, category in _CATEGORIES.items() if word in text), "其他_其他_其他")


def _place(text: str) -> str:
    found = _PLACES.search(text)
    return found.group() if found else ""


def _urgency(key: str) -> str:
    part = fraction(f"urgency:{key}")
    return "3" if part < 0.005 else "2" if part < 0.05 else "1"
