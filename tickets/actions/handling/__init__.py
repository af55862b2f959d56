"""办理: what sections, office, leaders and sources do with a ticket between dispatch and close."""

from .attaching import attach
from .ends import answer_directly, archive, close, follow_up, redo, register_again, reject, reopen, terminate, withdraw
from .merging import check_pair, keep_apart, merge, unmerge
from .notes import accept, amend, chase, instruct, read_person, supervise
from .pausing import ask_correction, pause_clock, resume_clock
from .proposals import propose_merger, propose_rejection
from .requests import (
    EXTENSION_USED,
    ask_extension,
    ask_suspension,
    decide_extension,
    decide_suspension,
    open_already,
    resume,
    resume_promised,
    settle_extension,
)
from .returns import (
    RETURN_USED,
    ask_outward_return,
    ask_section_return,
    grant_section_return,
    refuse_section_return,
    settle_outward_return,
)
from .work import ask_information, contact, contribute, receive_information, sign, transfer, unsign

__all__ = [
    "EXTENSION_USED",
    "RETURN_USED",
    "accept",
    "amend",
    "answer_directly",
    "archive",
    "ask_correction",
    "ask_extension",
    "ask_information",
    "ask_outward_return",
    "ask_section_return",
    "ask_suspension",
    "attach",
    "chase",
    "check_pair",
    "close",
    "contact",
    "contribute",
    "decide_extension",
    "decide_suspension",
    "follow_up",
    "grant_section_return",
    "instruct",
    "keep_apart",
    "merge",
    "open_already",
    "pause_clock",
    "propose_merger",
    "propose_rejection",
    "read_person",
    "receive_information",
    "redo",
    "refuse_section_return",
    "register_again",
    "reject",
    "reopen",
    "resume",
    "resume_clock",
    "resume_promised",
    "settle_extension",
    "settle_outward_return",
    "sign",
    "supervise",
    "terminate",
    "transfer",
    "unmerge",
    "unsign",
    "withdraw",
]
