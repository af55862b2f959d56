"""What the petition platform says, as Incoming: pure, from one ``info`` of GetInfo."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.adapters.petition import changes
from integrations.protocol import Item, Unmappable
from integrations.reading import Fields, canonical, decode_json, digest
from tickets.domain.messages import FileRef, Happening, Incoming, Limits, Matter, Party
from tickets.domain.words import Channel, MatterType, Urgency

SOURCE = "petition"

STATES: dict[str, str] = {
    "1": "registered",
    "2": "registered",
    "3": "in_progress",
    "4": "return_asked",
    "5": "returned",
    "6": "sent",
    "7": "closed",
    "8": "bounced",
    "9": "rejected",
    "10": "terminated",
}
AIMS: dict[str, MatterType] = {
    "1": MatterType.COMPLAINT,
    "2": MatterType.SUGGESTION,
    "3": MatterType.REPORT,
    "4": MatterType.OTHER,
}
URGENCIES: dict[str, Urgency] = {"1": Urgency.ORDINARY, "2": Urgency.URGENT, "3": Urgency.CRITICAL}
GENDERS: dict[str, str] = {"0": "", "1": "男", "2": "女"}
WAYS: dict[str, str] = {"1": "来信", "2": "来访", "3": "网上", "4": "电话"}
FACTS: dict[str, str] = {
    "infocode": "second_number",
    "acceptanceno": "acceptance_no",
    "businessno": "business_no",
    "turntypename": "dispatch_kind",
    "turnopinion": "dispatch_opinion",
    "fromorgname": "from_unit",
    "xbdwmc": "assist_units",
    "publicrecord": "publicity",
    "keywords": "keywords",
    "visitornum": "people",
    "involvednum": "people_involved",
    "repeatnum": "times_repeated",
    "limitdays": "limit_days",
    "ldpsr": "leader",
    "superviseno": "supervise_no",
    "acceptopinion": "accept_opinion",
}
"""Elements that Matter has no place for -> the key in ``detail``; none of them is personal."""

# Known elements that say again what another one says, or that stay in the sealed raw record (person, codes of offices).
_REPEATED = (
    "querycode sourceid sourcesystem regorgcode regorgname mz zjlx csrq zy yzbm hjd zzqhdm isrealname isjoint isopen aimname nrfl"
    " xfyy mainfact mainappeal questionareaname source sourcename isrepeat isfirst fromorgcode turntype needreport zbdwdm zbdwmc"
    " xbdwdm regtime endtime statusname acceptstate replycontent replydocno endtype fjnum _doubled"
)
KNOWN = _REPEATED.split()
ANONYMOUS = frozenset({"", "匿名", "匿名信", "佚名"})
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def item(info: Mapping[str, Any], listed: Mapping[str, Any] | None = None) -> Item:
    """One ``info`` as it is kept: canonical bytes under infoid, turnno and digest; the list row fills what identity lacks."""
    row = listed or {}
    kept = {
        "infoid": info.get("infoid") or row.get("infoid", ""),
        "turnno": info.get("turnno") or row.get("turnno", ""),
    }
    if not info.get("updatetime"):
        kept["updatetime"] = row.get("updatetime", "")
    raw = canonical({"info": info, "listed": kept})
    identity = f"{kept['infoid']}#{kept['turnno']}" if all(kept.get(key) for key in ("infoid", "turnno")) else ""
    return Item(f"{kept['infoid'][:40]}:{kept['turnno'][:10]}:{digest(raw)[:40]}", raw, identity=identity[:100])


def read(raw: bytes) -> list[Incoming]:
    """The full matter as DISPATCHED, then every later happening that the ``info`` lets one derive. Raises Unmappable."""
    record = decode_json(raw)
    if not isinstance(record, Mapping) or not isinstance(record.get("info"), Mapping):
        raise Unmappable("info", "记录缺少info,请平台重发", "The record has no info: ask for it again")
    fields = Fields({**(record.get("listed") or {}), **{key: value for key, value in record["info"].items() if value}})
    number, round = fields.number("infoid"), fields.whole("turnno")
    updated = _updated(fields)
    redo_no, status = fields.counter("redonum"), fields.text("status")
    state = fields.code("status", STATES, "")
    matter, facts = _matter(fields, number)
    told = changes.of(fields, status, redo_no)
    fields.skip(*KNOWN)
    for name in record["info"].get("_doubled", ()):
        fields.note(name, "doubled")
    fields.finish()

    def tell(change: changes.Change, matter: Matter | None = None) -> Incoming:
        return Incoming(
            source=SOURCE,
            channel=Channel.PETITION,
            number=number,
            round=round,
            happening=change.happening,
            occurred_at=change.at or updated,
            version=int(updated.strftime("%Y%m%d%H%M%S")),
            event_id=f"{number}:{round}:{change.name}",
            redo_no=redo_no,
            matter=matter,
            outer_state="redo" if state == "bounced" and redo_no else state,
            detail=change.detail,
            unmapped=tuple(dict.fromkeys(fields.unmapped)) if matter else (),
        )

    opening = changes.Change(Happening.DISPATCHED, "dispatch", facts, matter.dispatched_at)
    return [tell(opening, matter), *(tell(change) for change in told)]


def _updated(fields: Fields) -> datetime:
    updated = fields.needed_moment("updatetime")
    if updated is None:
        raise Unmappable("updatetime", "缺少更新时间updatetime,请平台补发", "updatetime is missing: have it sent again")
    return updated


# --- the matter ------------------------------------------------------------------------------------------------------


def _matter(fields: Fields, number: str) -> tuple[Matter, dict[str, Any]]:
    title, content = _prose(fields, "title"), _prose(fields, "content")
    if not (title or content):
        raise Unmappable(
            "content", "标题和内容都为空，请平台补发", "Title and content are both empty: have it sent again"
        )
    name = fields.text("xm")
    anonymous = fields.flag("isanonymous") or name in ANONYMOUS
    aim = fields.text("aim")
    leader_said = _prose(fields, "ldps")
    facts = {key: _prose(fields, name) for name, key in FACTS.items()}
    matter = Matter(
        title=title.replace("\n", " ") or content[:40],
        content=content or title,
        party=_party(fields, "" if name in ANONYMOUS else name),
        type=fields.code("aim", AIMS, MatterType.OTHER),
        source_type=fields.text("wayname") or fields.code("way", WAYS, ""),
        category=fields.text("nrflmc"),
        urgency=fields.code("jjcd", URGENCIES, Urgency.ORDINARY),
        area_code=fields.text("questionarea"),
        place=_prose(fields, "questionaddr"),
        lng=fields.coordinate("longitude"),
        lat=fields.coordinate("latitude"),
        is_anonymous=anonymous,
        is_confidential=fields.flag("issecret"),
        is_report=fields.flag("isreport") or aim == "3",
        is_supervised=fields.flag("issupervise"),
        must_handle=fields.text("objectstate") == "3",
        instruction=leader_said,
        related_numbers=_related(fields, number),
        called_at=fields.moment("xfsj"),
        dispatched_at=fields.needed_moment("dispatchtime"),
        confirmed_at=fields.moment("accepttime"),
        limits=_limits(fields),
        files=_files(fields, number),
    )
    fields.skip("way")
    return matter, {key: value for key, value in facts.items() if value and value != "0"}


def _prose(fields: Fields, key: str) -> str:
    """Text in which old web forms left ``<br/>`` for line breaks."""
    return _BREAK.sub("\n", fields.text(key)).strip()


def _party(fields: Fields, name: str) -> Party:
    mobile, phone = fields.text("sjhm"), fields.text("lxdh")
    return Party(
        name=name,
        gender=fields.code("xb", GENDERS, ""),
        phone=mobile or phone,
        incoming_phone=phone if mobile and phone != mobile else "",
        id_number=fields.text("zjhm"),
        address=fields.text("zz"),
        organisation=fields.text("dwmc"),
        email=fields.text("dzyx"),
        others=_representatives(fields),
    )


def _representatives(fields: Fields) -> tuple[str, ...]:
    """At most five, each as ``name phone identity-number`` with what is given."""
    rows = ([fields.text(f"db{n}{key}") for key in ("xm", "lxdh", "zjhm")] for n in range(1, 6))
    return tuple(" ".join(filter(None, row)) for row in rows if any(row))


def _related(fields: Fields, number: str) -> tuple[str, ...]:
    """The first petition of the matter and, for a review (复查、复核), the one it reviews."""
    found = (fields.text("firstinfoid"), fields.text("parentid"))
    return tuple(dict.fromkeys(one for one in found if one and one != number and one.strip("0")))


def _limits(fields: Fields) -> Limits:
    handled_by, day = fields.deadline("limittime"), fields.deadline("processlimited")
    return Limits(
        reply=handled_by or day, notice=fields.deadline("noticelimit"), objection=fields.deadline("objectlimit")
    )


def _files(fields: Fields, number: str) -> tuple[FileRef, ...]:
    """``fjlist``: ``1|申请书.pdf|23456;2|照片.jpg|``; a size may be missing."""
    files = []
    for entry in fields.many("fjlist"):
        ref, _, rest = entry.partition("|")
        name, _, size = rest.partition("|")
        if ref.strip() and name.strip():
            size = size.strip()
            known = int(size) if size.isascii() and size.isdigit() else None
            files.append(FileRef(name=name.strip(), ref=f"{number}/{ref.strip()}", size=known))
        else:
            fields.note("fjlist", entry)
    return tuple(files)
