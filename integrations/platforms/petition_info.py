"""The flat ``info`` of a petition: every element of the wire, always present, filled from a Record at dispatch."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from .base import UNIT, UNIT_NAME, Record

SHANGHAI = ZoneInfo("Asia/Shanghai")
NONE = "0001-01-01T00:00:00"

_GROUPS = {
    "identity": "infoid infocode querycode acceptanceno businessno turnno firstinfoid parentid sourceid sourcesystem regorgcode"
    " regorgname",
    "person": "xm xb mz zjlx zjhm csrq zy dwmc lxdh sjhm dzyx yzbm hjd zzqhdm zz isanonymous isrealname isjoint visitornum"
    " involvednum " + " ".join(f"db{n}xm db{n}zjhm db{n}lxdh" for n in range(1, 6)),
    "content": "issecret isreport isopen publicrecord title content aim aimname nrfl nrflmc xfyy mainfact mainappeal keywords",
    "place": "questionarea questionareaname questionaddr longitude latitude way wayname source sourcename",
    "routing": "jjcd isrepeat repeatnum isfirst issupervise superviseno ldps ldpsr fromorgcode fromorgname turntype turntypename"
    " needreport zbdwdm zbdwmc xbdwdm xbdwmc turnopinion",
    "time": "xfsj regtime dispatchtime noticelimit objectlimit processlimited limitdays limittime accepttime endtime updatetime",
    "result": "status statusname acceptstate objectstate objectopinion extendstate extendopinion urgenum urgetime redonum"
    " redoreason replycontent replytime replydocno satisfaction isend endtype fjnum fjlist",
}
ELEMENTS: tuple[str, ...] = tuple(name for group in _GROUPS.values() for name in group.split())
"""Every element of ``info``, in the order of the wire."""

STATUS_NAMES = {
    "1": "待接收", "2": "待受理告知", "3": "办理中", "4": "异议待裁", "5": "已退回",
    "6": "已答复", "7": "已办结", "8": "答复退回", "9": "不予受理", "10": "已撤回",
}  # fmt: skip
_DATES = frozenset(
    [
        "csrq",
        "xfsj",
        "regtime",
        "dispatchtime",
        "noticelimit",
        "objectlimit",
        "limittime",
        "accepttime",
        "endtime",
        "updatetime",
        "urgetime",
        "replytime",
    ]
)
_ZEROS = frozenset(
    [
        "xb",
        "isanonymous",
        "isjoint",
        "issecret",
        "isreport",
        "isopen",
        "isrepeat",
        "repeatnum",
        "issupervise",
        "objectstate",
        "extendstate",
        "urgenum",
        "redonum",
        "satisfaction",
        "isend",
        "fjnum",
        "acceptstate",
        "involvednum",
    ]
)
_AIMS = {"建议": ("2", "意见建议"), "举报": ("3", "检举控告"), "咨询": ("4", "其他"), "表扬": ("4", "其他")}


def moment(at: datetime) -> str:
    """``yyyy-MM-ddTHH:mm:ss`` in Asia/Shanghai (a moment without an offset is there already)."""
    return (at.astimezone(SHANGHAI) if at.tzinfo else at).strftime("%Y-%m-%dT%H:%M:%S")


def empty_info() -> dict[str, str]:
    """Every element with its 'nothing': an empty date, a 0, or an empty text."""
    return {name: NONE if name in _DATES else "0" if name in _ZEROS else "" for name in ELEMENTS}


def info_of(
    record: Record, now: datetime, *, turnno: int, attachments: tuple[tuple[str, str, int], ...] = ()
) -> dict[str, str]:
    """The ``info`` of a record dispatched at ``now`` (Asia/Shanghai); ``attachments`` are (fjid, name, size in bytes)."""
    info = empty_info()
    for part in (
        _identity(record, turnno),
        _person(record),
        _content(record),
        _place(record),
        _routing(record),
        _times(record, now),
    ):
        info.update(part)
    info.update(
        status="1",
        statusname=STATUS_NAMES["1"],
        fjnum=str(len(attachments)),
        fjlist=";".join(f"{fjid}|{name}|{size}" for fjid, name, size in attachments),
    )
    info.update({name: str(value) for name, value in (record.extra.get("raw") or {}).items()})
    return info


def _identity(record: Record, turnno: int) -> dict[str, str]:
    code = str(int(sha256(f"infocode:{record.number}".encode()).hexdigest(), 16) % 10**10).zfill(10)
    parent = str(record.extra.get("parent", ""))
    return {
        "infoid": record.number, "infocode": f"34130000{code}", "querycode": code[-6:], "turnno": str(turnno),
        "firstinfoid": str(record.extra.get("first", "")) or parent or record.number, "parentid": parent,
        "sourceid": str(record.extra.get("external_id", "")), "sourcesystem": "样例信访信息系统", "regorgcode": "341300XF",
        "regorgname": "宿州市信访局",
    }  # fmt: skip


def _person(record: Record) -> dict[str, str]:
    joint = [str(name) for name in record.extra.get("joint", [])][:5]
    person = {
        "xm": "匿名" if record.anonymous else record.caller or "", "sjhm": record.phone or "", "lxdh": "",
        "isanonymous": _flag(record.anonymous), "isrealname": _flag(not record.anonymous), "isjoint": _flag(bool(joint)),
        "visitornum": str(record.extra.get("visitors") or len(joint) or 1), "involvednum": str(record.extra.get("involved") or 0),
        "zzqhdm": "341302", "zz": str(record.extra.get("address", "")),
    }  # fmt: skip
    for n, name in enumerate(joint, start=1):
        person |= {f"db{n}xm": name, f"db{n}lxdh": f"1990000{4100 + n}"}
    return person


def _content(record: Record) -> dict[str, str]:
    aim, aimname = _AIMS.get(record.nature, ("1", "申诉求决"))
    if record.report:
        aim, aimname = "3", "检举控告"
    return {
        "issecret": _flag(record.confidential), "isreport": _flag(record.report), "publicrecord": "不公开", "title": record.title,
        "content": record.content, "aim": aim, "aimname": aimname, "nrfl": "", "nrflmc": record.category,
        "mainappeal": record.title, "keywords": record.project,
    }  # fmt: skip


def _place(record: Record) -> dict[str, str]:
    way, wayname = record.extra.get("way", ("3", "网上"))
    return {
        "questionarea": "341302", "questionareaname": "埇桥区", "questionaddr": record.place, "way": way, "wayname": wayname,
        "source": "01", "sourcename": "网上信访",
    }  # fmt: skip


def _routing(record: Record) -> dict[str, str]:
    return {
        "jjcd": str(record.urgency or "1"), "isfirst": "1", "fromorgcode": "341300XF", "fromorgname": "宿州市信访局",
        "turntype": "2", "turntypename": "交办", "needreport": "1", "zbdwdm": UNIT, "zbdwmc": UNIT_NAME,
        "turnopinion": "请依法按政策办理并按期答复信访人。",
    }  # fmt: skip


def _times(record: Record, now: datetime) -> dict[str, str]:
    at = moment(now)
    called: Any = record.call_time
    return {
        "xfsj": moment(called) if isinstance(called, datetime) else str(called or "").replace(" ", "T") or at,
        "regtime": at, "updatetime": at,
    } | limits(now)  # fmt: skip


def limits(now: datetime) -> dict[str, str]:
    """The limits of a round dispatched at ``now``: notice 15 days, objection 5 weekdays, decision 60 days."""
    return {
        "dispatchtime": moment(now), "noticelimit": _day_end(now, 15), "objectlimit": _weekday_end(now, 5),
        "processlimited": (now + timedelta(days=60)).strftime("%Y-%m-%d"), "limitdays": "60", "limittime": _day_end(now, 60),
    }  # fmt: skip


def _day_end(now: datetime, days: int) -> str:
    return moment((now + timedelta(days=days)).replace(hour=23, minute=59, second=59, microsecond=0))


def _weekday_end(now: datetime, days: int) -> str:
    """Monday to Friday only: the platform's own counting knows no make-up days."""
    at = now
    while days:
        at += timedelta(days=1)
        days -= at.weekday() < 5
    return _day_end(at, 0)


def _flag(value: bool | None) -> str:
    return "1" if value else "0"
