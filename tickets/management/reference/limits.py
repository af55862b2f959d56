"""Every time limit of the field as a dated, cited row (domain §3), and who must sign off (domain §2).

Active: the law, Anhui's hotline limits of 2022, and the bureau's own rows, which are marked as still to be confirmed. Other
places' limits are examples and switched off. Of an inner reply the amount is the margin ahead of the outer deadline.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from tickets.domain.words import Channel, ClockKind, MatterType, Outcome, Side, Urgency
from tickets.models import Policy, SignOffRule, Start, Tag

from . import english
from .examples import EXAMPLES

Row = dict[str, Any]


def _limit(**facts: Any) -> Row:
    return facts


C, K, T = Channel, ClockKind, MatterType
WD, CD, WH, CH = "working_days", "calendar_days", "working_hours", "clock_hours"
PARTY_AND_STATE, STATE, OFFICE = "中共中央、国务院", "国务院", "国务院办公厅"
PETITION_RULES = "信访工作条例（2022）"
DISCLOSURE_RULES = "中华人民共和国政府信息公开条例（2019）"
ANHUI = "安徽省12345政务服务便民热线办理时限（2022）"
OPINION_RULES = "国办发〔2016〕61号"
TO_BE_CONFIRMED = "本单位暂定，待确认"

OUTER_STEPS = [{"after_hours": 0, "to": "chief"}, {"after_hours": 7, "to": "leader"}]
INNER_STEPS = [
    {"after_hours": 0, "to": "chief", "card": "yellow"},
    {"after_hours": 7, "to": "dispatcher", "card": "red"},
    {"after_hours": 14, "to": "leader", "card": "red"},
]
QUICK_STEPS = [
    {"after_hours": 0, "to": "chief"},
    {"after_hours": 1, "to": "dispatcher"},
    {"after_hours": 2, "to": "leader"},
]

LAW: tuple[Row, ...] = (
    _limit(
        name="信访：书面告知受理", clock=K.NOTICE, starts_at=Start.RECEIPT, channel=C.PETITION, amount=15, unit=CD, warn_hours=14,
        issuer=PARTY_AND_STATE, citation=f"{PETITION_RULES}第二十二条、第二十三条", effective_from=date(2022, 5, 1),
    ),
    _limit(
        name="信访：转送异议", clock=K.OBJECTION, starts_at=Start.RECEIPT, channel=C.PETITION, amount=5, unit=WD, steps=[],
        issuer=PARTY_AND_STATE, citation=f"{PETITION_RULES}第二十三条", effective_from=date(2022, 5, 1),
    ),
    _limit(
        name="信访：申诉求决类答复", clock=K.REPLY, starts_at=Start.ACCEPTANCE, channel=C.PETITION, amount=60, unit=CD, extension_limit=30,
        warn_hours=35, issuer=PARTY_AND_STATE, citation=f"{PETITION_RULES}第三十四条", effective_from=date(2022, 5, 1),
    ),
    _limit(
        name="信访：复查意见", clock=K.REVIEW, starts_at=Start.RECEIPT, channel=C.PETITION, category="复查", amount=30, unit=CD,
        warn_hours=35, issuer=PARTY_AND_STATE, citation=f"{PETITION_RULES}第三十五条", effective_from=date(2022, 5, 1),
    ),
    _limit(
        name="信访：复核意见", clock=K.REVIEW, starts_at=Start.RECEIPT, channel=C.PETITION, category="复核", amount=30, unit=CD,
        warn_hours=35, issuer=PARTY_AND_STATE, citation=f"{PETITION_RULES}第三十六条（听证时间不计入）", effective_from=date(2022, 5, 1),
    ),
    _limit(
        name="依申请公开：答复", clock=K.REPLY, starts_at=Start.CONFIRMATION, channel=C.DISCLOSURE, amount=20, unit=WD, extension_limit=20,
        warn_hours=21, issuer=STATE, citation=f"{DISCLOSURE_RULES}第三十一条、第三十三条", effective_from=date(2019, 5, 15),
    ),
    _limit(
        name="依申请公开：一次告知补正", clock=K.CORRECTION, starts_at=Start.RECEIPT, channel=C.DISCLOSURE, amount=7, unit=WD, steps=[],
        issuer=STATE, citation=f"{DISCLOSURE_RULES}第三十条（答复期限自收到补正之日起计算）", effective_from=date(2019, 5, 15),
    ),
    _limit(
        name="依申请公开：第三方答复意见", clock=K.THIRD_PARTY, starts_at=Start.CONSULTED, channel=C.DISCLOSURE, amount=15, unit=WD,
        issuer=STATE, citation=f"{DISCLOSURE_RULES}第三十二条、第三十三条（所需时间不计入）", effective_from=date(2019, 5, 15),
    ),
    *(
        _limit(
            name=f"舆情：{level}回应", clock=K.REPLY, starts_at=Start.SOURCE_DISPATCH, channel=C.OPINION, urgency=urgency, amount=hours,
            unit=CH, warn_hours=hours // 6, issuer=OFFICE, citation=OPINION_RULES, effective_from=date(2016, 7, 30), steps=QUICK_STEPS,
        )
        for level, urgency, hours in (("重大", Urgency.URGENT, 24), ("特别重大", Urgency.CRITICAL, 24), ("一般", "", 48))
    ),
)  # fmt: skip

LOCAL: tuple[Row, ...] = (
    _limit(name="宿事速办：咨询类", type=T.CONSULTATION, amount=3, extension_limit=5),
    _limit(name="宿事速办：其他各类", amount=10, extension_limit=10),
)

OWN: tuple[Row, ...] = (
    _limit(name="宿事速办：签收", clock=K.SIGN, channel=C.HOTLINE, amount=1, unit=WD, warn_hours=2),
    _limit(name="宿事速办：首次联系", clock=K.CONTACT, channel=C.HOTLINE, amount=1, unit=WD, warn_hours=2),
    _limit(name="宿事速办：退单", clock=K.OBJECTION, channel=C.HOTLINE, amount=1, unit=WD, warn_hours=2, steps=[]),
    _limit(name="为企服务：启动联系", clock=K.CONTACT, channel=C.BUSINESS, amount=1, unit=WD, warn_hours=2),
    _limit(name="为企服务：阶段答复", clock=K.ANSWER, channel=C.BUSINESS, amount=3, unit=WD),
    _limit(name="为企服务：办结答复", clock=K.REPLY, channel=C.BUSINESS, amount=15, unit=WD, extension_limit=10),
    _limit(name="政风行风热线：答复", clock=K.REPLY, channel=C.RADIO, amount=7, unit=CD, citation="节目播出后一周内"),
    *(
        _limit(name=f"信访：{kind.zh}类答复", clock=K.REPLY, channel=C.PETITION, type=kind, amount=60, unit=CD, warn_hours=35)
        for kind in (T.CONSULTATION, T.SUGGESTION, T.PRAISE, T.REPORT)
    ),
    _limit(name="各渠道：答复（无其他规定时）", clock=K.REPLY, amount=10, unit=WD, extension_limit=10),
    _limit(name="各渠道：重办", clock=K.REPLY, starts_at=Start.REDO, is_redo=True, amount=3, unit=WD),
)  # fmt: skip

INNER: tuple[Row, ...] = (
    _limit(name="科室：签收", clock=K.SIGN, amount=1, unit=WD, warn_hours=2),
    _limit(name="科室：签收（紧急）", clock=K.SIGN, urgency=Urgency.URGENT, amount=2, unit=WH, warn_hours=1, steps=QUICK_STEPS),
    _limit(name="科室：签收（特急）", clock=K.SIGN, urgency=Urgency.CRITICAL, amount=1, unit=WH, warn_hours=0, steps=QUICK_STEPS),
    *(
        _limit(
            name=f"科室：签收（舆情{mark}）", clock=K.SIGN, channel=C.OPINION, urgency=level, amount=1, unit=CH, warn_hours=0,
            steps=QUICK_STEPS,
        )
        for mark, level in (("", ""), ("，重大", Urgency.URGENT), ("，特别重大", Urgency.CRITICAL))
    ),
    _limit(name="科室：首次联系", clock=K.CONTACT, amount=1, unit=WD, warn_hours=2),
    _limit(name="科室：答复（先于平台时限）", clock=K.REPLY, amount=1, unit=WD, end="close"),
    _limit(name="科室：答复（舆情）", clock=K.REPLY, channel=C.OPINION, amount=4, unit=CH, warn_hours=4, steps=QUICK_STEPS),
    _limit(name="协办：意见（先于主办时限）", clock=K.CONTRIBUTE, amount=1, unit=WD, end="close", steps=QUICK_STEPS[:2]),
    _limit(name="科室：重办", clock=K.REPLY, starts_at=Start.REDO, is_redo=True, amount=3, unit=WD),
)  # fmt: skip


def policies() -> list[Policy]:
    """All rows, unsaved. The name is what an installed row is known by."""
    law = [_row(each, tag=Tag.LAW) for each in LAW]
    anhui: Row = _limit(
        clock=K.REPLY,
        channel=C.HOTLINE,
        unit=WD,
        tag=Tag.LOCAL,
        issuer="安徽省",
        citation=ANHUI,
        effective_from=date(2022, 1, 1),
    )
    local = [_row(each, **anhui) for each in LOCAL]
    own: Row = _limit(
        tag=Tag.OWN, issuer="本单位", citation=TO_BE_CONFIRMED, is_confirmed=False, effective_from=date(2004, 1, 1)
    )
    bureau = [_row(each, **own) for each in OWN]
    inner = [_row(each, **own, side=Side.INNER, starts_at=Start.OFFICE_DISPATCH, steps=INNER_STEPS) for each in INNER]
    other = [_row(each, tag=Tag.LOCAL, is_active=False) for each in EXAMPLES]
    return [*law, *local, *bureau, *inner, *other]


def _row(given: Row, **rest: Any) -> Policy:
    facts: Row = (
        _limit(side=Side.OUTER, starts_at=Start.SOURCE_DISPATCH, steps=OUTER_STEPS, warn_hours=7) | rest | given
    )
    for name in ("amount", "warn_hours", "extension_limit"):
        facts[name] = Decimal(str(facts.get(name, 0)))
    facts["name_en"] = english.NAMES[facts["name"]]
    facts["citation_en"] = english.CITATIONS[facts["citation"]]
    return Policy(**{name: str(value) if isinstance(value, str) else value for name, value in facts.items()})


def sign_off_rules() -> list[SignOffRule]:
    """A leader signs off petitions, disclosure, supervised matters and what cannot be solved."""
    return [
        SignOffRule(channel=Channel.PETITION.value),
        SignOffRule(channel=Channel.DISCLOSURE.value),
        SignOffRule(is_supervised=True),
        SignOffRule(outcome=Outcome.EXPLAINED.value),
    ]
