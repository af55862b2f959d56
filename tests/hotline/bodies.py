"""A body that every act takes, for tests that walk the whole table."""

from __future__ import annotations

from typing import Any

from tickets.domain.states import Action

REASON = "理由充分，说明不少于十个字。"
TEXT = "您反映的问题已经核实处理完毕，感谢您的监督与支持。"

BODIES: dict[Action, dict[str, Any]] = {
    Action.DISPATCH: {"section": "gongcheng"},
    Action.ANSWER_DIRECTLY: {"answer": TEXT},
    Action.REJECT: {"code": "not_duty", "told": "已告知", "pointed_to": "请向主管部门反映"},
    Action.MERGE: {"into": "LD-2026-9999999"},
    Action.ASK_OUTWARD_RETURN: {"code": "not_duty", "reason": REASON},
    Action.RECALL: {"reason": REASON},
    Action.ASK_SECTION_RETURN: {"code": "not_duty", "reason": REASON},
    Action.REFUSE_SECTION_RETURN: {"opinion": REASON},
    Action.CONTACT: {"reached": True, "note": "已联系"},
    Action.ASK_INFORMATION: {"reason": REASON},
    Action.ASK_CORRECTION: {"reason": REASON, "document": "样例补正〔2026〕1号"},
    Action.PAUSE_CLOCK: {"ground": "third_party", "document": "样例函〔2026〕1号", "reason": REASON},
    Action.TRANSFER: {"handler": "handler"},
    Action.ASK_EXTENSION: {"amount": "1", "reason": REASON},
    Action.REFUSE_EXTENSION: {"opinion": REASON},
    Action.ASK_SUSPENSION: {"code": "funding", "reason": REASON, "until": "2099-01-05"},
    Action.REFUSE_SUSPENSION: {"opinion": REASON},
    Action.DRAFT: {"outcome": "solved", "public_text": TEXT, "handling": "已修复。"},
    Action.FAIL_REVIEW: {"remark": REASON},
    Action.DISAPPROVE: {"remark": REASON},
    Action.INTERIM_REPLY: {"text": TEXT},
    Action.REDO: {"reason": REASON},
    Action.FOLLOW_UP: {"reached": True, "solved": True, "satisfaction": 1},
    Action.TERMINATE: {"reason": REASON},
    Action.WITHDRAW: {"reason": REASON},
    Action.REOPEN: {"reason": REASON},
    Action.AMEND: {"category": "道路/围挡", "reason": REASON},
    Action.CONTRIBUTE: {"opinion": TEXT},
    Action.CHASE: {"content": "请尽快办理。"},
    Action.SUPERVISE: {"content": "请重点办理。"},
    Action.INSTRUCT: {"content": "请妥善处理。"},
    Action.READ_PERSON: {"reason": "回电核实"},
}
