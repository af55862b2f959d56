"""On what ground a clock may stop counting, as cited rows: what the law excludes, and what the bureau allows itself."""

from __future__ import annotations

from decimal import Decimal

from tickets.domain.words import Channel, PauseGround, Role
from tickets.models import PauseRule, Tag

from . import english
from .limits import DISCLOSURE_RULES, PARTY_AND_STATE, PETITION_RULES, STATE, TO_BE_CONFIRMED

G = PauseGround


def pause_rules() -> list[PauseRule]:
    """Every row, unsaved; the name is what an installed row is known by."""
    rows = _rows()
    for row in rows:
        row.citation_en = english.CITATIONS[row.citation]
    return rows


def _rows() -> list[PauseRule]:
    own = {"tag": Tag.OWN.value, "issuer": "本单位", "citation": TO_BE_CONFIRMED, "is_confirmed": False}
    return [
        PauseRule(
            name="依申请公开：征求第三方意见", ground=G.THIRD_PARTY.value, channel=Channel.DISCLOSURE.value, stops_law=True, is_once=True,
            cap=Decimal(15), needs_document=True, approver=Role.DISPATCHER.value, tag=Tag.LAW.value, issuer=STATE,
            citation=f"{DISCLOSURE_RULES}第三十二条、第三十三条",
        ),
        PauseRule(
            name="依申请公开：等待补正", ground=G.CORRECTION.value, channel=Channel.DISCLOSURE.value, stops_law=True, is_once=True,
            needs_document=True, approver=Role.DISPATCHER.value, tag=Tag.LAW.value, issuer=STATE, citation=f"{DISCLOSURE_RULES}第三十条",
        ),
        PauseRule(
            name="信访：听证", ground=G.HEARING.value, channel=Channel.PETITION.value, stops_law=True, needs_document=True,
            approver=Role.DISPATCHER.value, tag=Tag.LAW.value, issuer=PARTY_AND_STATE, citation=f"{PETITION_RULES}第三十一条、第三十六条",
        ),
        PauseRule(name="各渠道：等待诉求人补充", ground=G.INFORMATION.value, cap=Decimal(10), approver=Role.HANDLER.value, **own),
        PauseRule(name="各渠道：挂账", ground=G.SUSPENSION.value, approver=Role.LEADER.value, **own),
    ]  # fmt: skip
