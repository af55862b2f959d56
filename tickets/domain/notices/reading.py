"""A file is read by what is in it: iCal begins with BEGIN:VCALENDAR, everything else must be our JSON."""

from __future__ import annotations

from dataclasses import replace

from .checking import check
from .ical import read_ical
from .notice import BadNotice, Fault, Notice
from .own import read_json

MOST = 1_000_000


def read(raw: bytes, *, year: int | None = None, document: str = "", announced: bool | None = None) -> Notice:
    """The checked notice; what is given here goes before what the file says. Raises BadNotice."""
    if len(raw) > MOST:
        raise BadNotice(Fault("", "文件超过 1 MB，不会是放假通知。", "A file of more than 1 MB is no holiday notice."))
    if raw.lstrip(b"\xef\xbb\xbf \r\n\t")[:15].upper() == b"BEGIN:VCALENDAR":
        notice = read_ical(raw, year=year, document=document, announced=announced is not False)
    else:
        notice = _own(raw, year, document, announced)
    check(notice)
    return notice


def _own(raw: bytes, year: int | None, document: str, announced: bool | None) -> Notice:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadNotice(
            Fault("", "文件不是 UTF-8 文本，请另存为 UTF-8。", "This is no UTF-8 text: save it as UTF-8.")
        ) from error
    notice = read_json(text)
    if year is not None and notice.year not in (None, year):
        raise BadNotice(Fault(
            "year", f"文件是 {notice.year} 年的，与指定的 {year} 年不符。", f"The file is of {notice.year}, not of {year}."
        ))  # fmt: skip
    if not document and announced is None:
        return notice
    told = document.strip() or notice.document
    is_announced = notice.announced if announced is None else announced
    days = tuple(replace(row, document=told, announced=is_announced) for row in notice.days)
    return replace(notice, document=told, announced=is_announced, days=days)
