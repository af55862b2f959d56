"""The life of a ticket as one table: state and act give the next state, and who may do it (domain §2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .actors import Actor
from .words import Labelled, Role


class State(Labelled):
    """Inner states; the noun says where the work stands."""

    REGISTERED = "registered", "待派单", "Registered"
    OUTWARD_RETURN_ASKED = "outward_return_asked", "外退待裁", "Outward return asked"
    DISPATCHED = "dispatched", "待签收", "Dispatched"
    IN_PROGRESS = "in_progress", "办理中", "In progress"
    SECTION_RETURN_ASKED = "section_return_asked", "科室退单待审", "Section return asked"
    AWAITING_INFORMATION = "awaiting_information", "待补充", "Awaiting information"
    SUSPENDED = "suspended", "挂账", "Suspended"
    FIRST_REVIEW = "first_review", "待初审", "First review"
    SIGN_OFF = "sign_off", "待签发", "Sign-off"
    APPROVED = "approved", "已签发", "Approved"
    SENT = "sent", "已反馈", "Sent"
    FOLLOW_UP = "follow_up", "待回访", "Follow-up"
    CLOSED = "closed", "办结", "Closed"
    MERGED = "merged", "已并单", "Merged"
    REJECTED = "rejected", "不予受理", "Rejected"
    TERMINATED = "terminated", "终止", "Terminated"
    RETURNED = "returned", "已退回", "Returned"
    ARCHIVED = "archived", "归档", "Archived"


S = State
OVER: frozenset[State] = frozenset({S.CLOSED, S.MERGED, S.REJECTED, S.TERMINATED, S.RETURNED, S.ARCHIVED})
OPEN: frozenset[State] = frozenset(State) - OVER
ANSWERED: frozenset[State] = frozenset({S.SENT, S.FOLLOW_UP})
WORKING: frozenset[State] = OPEN - ANSWERED


class Action(Labelled):
    """Everything that can be done to a ticket."""

    DISPATCH = "dispatch", "派单", "Dispatch"
    ANSWER_DIRECTLY = "answer_directly", "直办", "Answer directly"
    REJECT = "reject", "不予受理", "Reject"
    MERGE = "merge", "并单", "Merge"
    UNMERGE = "unmerge", "撤销并单", "Un-merge"
    ASK_OUTWARD_RETURN = "ask_outward_return", "申请退回来源", "Ask outward return"
    AGREE_OUTWARD_RETURN = "agree_outward_return", "来源同意退回", "Outward return agreed"
    REFUSE_OUTWARD_RETURN = "refuse_outward_return", "来源不予退回", "Outward return refused"
    SIGN = "sign", "签收", "Sign for"
    UNSIGN = "unsign", "撤销签收", "Take the signing back"
    RECALL = "recall", "撤回", "Recall"
    ASK_SECTION_RETURN = "ask_section_return", "科室退单", "Ask section return"
    GRANT_SECTION_RETURN = "grant_section_return", "同意退单", "Grant section return"
    REFUSE_SECTION_RETURN = "refuse_section_return", "不予退单", "Refuse section return"
    CONTACT = "contact", "联系群众", "Contact the caller"
    ASK_INFORMATION = "ask_information", "要求补充", "Ask for information"
    RECEIVE_INFORMATION = "receive_information", "补充到位", "Information received"
    ASK_CORRECTION = "ask_correction", "告知补正", "Ask for correction"
    PAUSE_CLOCK = "pause_clock", "暂停计时", "Pause the limit"
    RESUME_CLOCK = "resume_clock", "恢复计时", "Let the limit run again"
    TRANSFER = "transfer", "科内转办", "Transfer inside the section"
    ASK_EXTENSION = "ask_extension", "申请延期", "Ask extension"
    GRANT_EXTENSION = "grant_extension", "同意延期", "Grant extension"
    REFUSE_EXTENSION = "refuse_extension", "不予延期", "Refuse extension"
    SETTLE_EXTENSION = "settle_extension", "来源裁定延期", "Extension settled by the source"
    ASK_SUSPENSION = "ask_suspension", "申请挂账", "Ask suspension"
    GRANT_SUSPENSION = "grant_suspension", "同意挂账", "Grant suspension"
    REFUSE_SUSPENSION = "refuse_suspension", "不予挂账", "Refuse suspension"
    RESUME = "resume", "恢复办理", "Resume"
    DRAFT = "draft", "起草答复", "Draft a reply"
    SUBMIT = "submit", "提交审核", "Submit for review"
    PASS_REVIEW = "pass_review", "初审通过", "Pass first review"
    FAIL_REVIEW = "fail_review", "初审退回", "Send back at first review"
    APPROVE = "approve", "签发", "Approve"
    DISAPPROVE = "disapprove", "签发退回", "Send back at sign-off"
    SEND = "send", "反馈", "Send"
    INTERIM_REPLY = "interim_reply", "阶段答复", "Interim reply"
    ACCEPT = "accept", "受理", "Accept"
    SOURCE_ACCEPT = "source_accept", "来源审核通过", "Reply accepted by the source"
    BOUNCE = "bounce", "回退补正", "Bounce by the source"
    REDO = "redo", "重办", "Redo"
    FOLLOW_UP = "follow_up", "回访", "Follow up"
    CLOSE = "close", "办结", "Close"
    ARCHIVE = "archive", "归档", "Archive"
    TERMINATE = "terminate", "终止", "Terminate"
    WITHDRAW = "withdraw", "撤单", "Withdraw by the source"
    REOPEN = "reopen", "重新启动", "Re-open"
    REGISTER_AGAIN = "register_again", "再次派单", "Registered again by a new round"
    AMEND = "amend", "更正", "Amend"
    CONTRIBUTE = "contribute", "提交协办意见", "Contribute"
    CHASE = "chase", "催办", "Chase"
    SUPERVISE = "supervise", "督办", "Supervise"
    INSTRUCT = "instruct", "批示", "Instruct"
    ATTACH = "attach", "添加附件", "Attach a file"
    HAND_OVER = "hand_over", "移交", "Hand over"
    READ_PERSON = "read_person", "查看个人信息", "Read personal data"


A = Action
R = Role

#: The state the ticket had before it was merged.
BEFORE_MERGE = "before_merge"
#: The move leaves the state as it is.
SAME = "same"

CLERKS = frozenset({R.INTAKE, R.DISPATCHER})
OFFICE = frozenset({R.DISPATCHER})
DESK = frozenset({R.HANDLER, R.CHIEF})
SOURCE = frozenset({R.ADAPTER})
MINE = "section"
ANY = "any"


@dataclass(frozen=True, slots=True)
class Edge:
    """One row of the table. ``reach`` 'section': only people of the lead section (office roles listed are not bound by it)."""

    action: Action
    sources: frozenset[State]
    target: State | str
    roles: frozenset[Role]
    reach: str = ANY


def _edge(
    action: Action, sources: Iterable[State], target: State | str, roles: frozenset[Role], reach: str = ANY
) -> Edge:
    return Edge(action, frozenset(sources), target, roles, reach)


TABLE: tuple[Edge, ...] = (
    _edge(A.DISPATCH, {S.REGISTERED, S.SECTION_RETURN_ASKED}, S.DISPATCHED, OFFICE | {R.SYSTEM}),
    _edge(A.ANSWER_DIRECTLY, {S.REGISTERED}, S.CLOSED, CLERKS),
    _edge(A.REJECT, {S.REGISTERED}, S.REJECTED, CLERKS),
    _edge(A.MERGE, {S.REGISTERED, S.DISPATCHED, S.IN_PROGRESS, S.AWAITING_INFORMATION}, S.MERGED, CLERKS),
    _edge(A.UNMERGE, {S.MERGED}, BEFORE_MERGE, OFFICE),
    _edge(A.ASK_OUTWARD_RETURN, {S.REGISTERED}, S.OUTWARD_RETURN_ASKED, OFFICE),
    _edge(A.AGREE_OUTWARD_RETURN, {S.OUTWARD_RETURN_ASKED}, S.RETURNED, SOURCE),
    _edge(A.REFUSE_OUTWARD_RETURN, {S.OUTWARD_RETURN_ASKED}, S.REGISTERED, SOURCE),
    _edge(A.SIGN, {S.DISPATCHED}, S.IN_PROGRESS, DESK, MINE),
    _edge(A.UNSIGN, {S.IN_PROGRESS}, S.DISPATCHED, DESK, MINE),
    _edge(A.RECALL, {S.DISPATCHED}, S.REGISTERED, OFFICE),
    _edge(A.ASK_SECTION_RETURN, {S.DISPATCHED, S.IN_PROGRESS}, S.SECTION_RETURN_ASKED, DESK, MINE),
    _edge(A.GRANT_SECTION_RETURN, {S.SECTION_RETURN_ASKED}, S.REGISTERED, OFFICE),
    _edge(A.REFUSE_SECTION_RETURN, {S.SECTION_RETURN_ASKED}, S.IN_PROGRESS, OFFICE),
    _edge(A.CONTACT, {S.REGISTERED, S.DISPATCHED, S.IN_PROGRESS}, SAME, DESK | OFFICE, MINE),
    _edge(A.ASK_INFORMATION, {S.IN_PROGRESS}, S.AWAITING_INFORMATION, DESK, MINE),
    _edge(A.ASK_CORRECTION, {S.IN_PROGRESS}, S.AWAITING_INFORMATION, DESK | OFFICE, MINE),
    _edge(A.PAUSE_CLOCK, {S.REGISTERED, S.DISPATCHED, S.IN_PROGRESS}, SAME, OFFICE | {R.LEADER}),
    _edge(A.RESUME_CLOCK, WORKING, SAME, OFFICE | {R.LEADER}),
    _edge(A.RECEIVE_INFORMATION, {S.AWAITING_INFORMATION}, S.IN_PROGRESS, DESK | OFFICE, MINE),
    _edge(A.TRANSFER, {S.DISPATCHED, S.IN_PROGRESS, S.AWAITING_INFORMATION}, SAME, frozenset({R.CHIEF}), MINE),
    _edge(A.ASK_EXTENSION, {S.IN_PROGRESS}, SAME, DESK, MINE),
    _edge(A.GRANT_EXTENSION, WORKING, SAME, frozenset({R.LEADER})),
    _edge(A.REFUSE_EXTENSION, WORKING, SAME, frozenset({R.LEADER})),
    _edge(A.SETTLE_EXTENSION, frozenset(State), SAME, SOURCE),
    _edge(A.ASK_SUSPENSION, {S.IN_PROGRESS}, SAME, DESK, MINE),
    _edge(A.GRANT_SUSPENSION, {S.IN_PROGRESS}, S.SUSPENDED, frozenset({R.LEADER})),
    _edge(A.REFUSE_SUSPENSION, {S.IN_PROGRESS}, SAME, frozenset({R.LEADER})),
    _edge(A.RESUME, {S.SUSPENDED}, S.IN_PROGRESS, frozenset({R.LEADER, R.DISPATCHER, R.SYSTEM})),
    _edge(A.DRAFT, {S.IN_PROGRESS}, SAME, DESK, MINE),
    _edge(A.SUBMIT, {S.IN_PROGRESS}, S.FIRST_REVIEW, DESK, MINE),
    _edge(A.PASS_REVIEW, {S.FIRST_REVIEW}, S.SIGN_OFF, frozenset({R.CHIEF}), MINE),
    _edge(A.FAIL_REVIEW, {S.FIRST_REVIEW}, S.IN_PROGRESS, frozenset({R.CHIEF}), MINE),
    _edge(A.APPROVE, {S.SIGN_OFF}, S.APPROVED, frozenset({R.DISPATCHER, R.LEADER})),
    _edge(A.DISAPPROVE, {S.SIGN_OFF}, S.IN_PROGRESS, frozenset({R.DISPATCHER, R.LEADER})),
    _edge(A.SEND, {S.APPROVED}, S.SENT, OFFICE),
    _edge(A.INTERIM_REPLY, {S.IN_PROGRESS, S.SUSPENDED, S.AWAITING_INFORMATION}, SAME, OFFICE),
    _edge(A.ACCEPT, WORKING, SAME, OFFICE),
    _edge(A.SOURCE_ACCEPT, {S.SENT}, S.FOLLOW_UP, SOURCE),
    _edge(A.BOUNCE, ANSWERED, S.IN_PROGRESS, SOURCE),
    _edge(A.REDO, ANSWERED | {S.CLOSED, S.ARCHIVED}, S.IN_PROGRESS, OFFICE | SOURCE),
    _edge(A.FOLLOW_UP, ANSWERED, S.FOLLOW_UP, OFFICE | SOURCE),
    _edge(A.CLOSE, ANSWERED, S.CLOSED, OFFICE | SOURCE),
    _edge(A.ARCHIVE, {S.CLOSED}, S.ARCHIVED, OFFICE),
    _edge(A.TERMINATE, {S.AWAITING_INFORMATION}, S.TERMINATED, OFFICE | DESK, MINE),
    _edge(A.WITHDRAW, OPEN, S.TERMINATED, CLERKS | SOURCE),
    _edge(A.REOPEN, {S.REJECTED, S.TERMINATED, S.RETURNED, S.ARCHIVED}, S.REGISTERED, frozenset({R.LEADER})),
    _edge(A.REGISTER_AGAIN, OVER - {S.MERGED}, S.REGISTERED, OFFICE | SOURCE),
    _edge(A.AMEND, frozenset(State) - {S.ARCHIVED}, SAME, CLERKS | SOURCE),
    _edge(A.CONTRIBUTE, WORKING, SAME, DESK),
    _edge(A.CHASE, WORKING, SAME, OFFICE | SOURCE | {R.LEADER}),
    _edge(A.SUPERVISE, OPEN, SAME, SOURCE | {R.LEADER, R.DISPATCHER}),
    _edge(A.INSTRUCT, OPEN, SAME, frozenset({R.LEADER})),
    _edge(A.ATTACH, OPEN, SAME, CLERKS | DESK | SOURCE, MINE),
    _edge(A.HAND_OVER, OPEN | {S.MERGED}, SAME, frozenset({R.SYSTEM})),
    _edge(A.READ_PERSON, frozenset(State), SAME, CLERKS | DESK | {R.LEADER}, MINE),
)

BY_ACTION: Mapping[Action, Edge] = {edge.action: edge for edge in TABLE}

#: Roles that are bound to their own section where an edge's reach says so.
BOUND = frozenset({R.HANDLER, R.CHIEF})

#: Where a chase is a question to the section.
AT_SECTION = frozenset({S.DISPATCHED, S.IN_PROGRESS, S.AWAITING_INFORMATION, S.SUSPENDED, S.FIRST_REVIEW})
#: What asks the section for a word, and which of its acts are one: signing or passing on inside is none.
ASKS = frozenset({A.CHASE, A.SUPERVISE, A.INSTRUCT})
ANSWERS = frozenset({
    A.CONTACT, A.ASK_INFORMATION, A.ASK_EXTENSION, A.ASK_SUSPENSION, A.ASK_SECTION_RETURN, A.DRAFT, A.SUBMIT, A.ATTACH,
})  # fmt: skip


def waits_for_word(asked: bool, action: Action, actor: Actor, after: State) -> bool:
    """Whether the section owes a word after ``action``; ``asked``: it did before."""
    if after not in AT_SECTION:
        return False
    if action in ASKS:
        return True
    return asked and not (action in ANSWERS and actor.has(R.HANDLER, R.CHIEF))


class UnableToMove(Exception):
    """The table forbids the act. ``code``: state, role, section, return_used, own_text, version …; ``possible``: what is possible now."""

    def __init__(self, code: str, zh: str, en: str, possible: tuple[Action, ...] = (), **facts: Any) -> None:
        super().__init__(zh)
        self.code, self.zh, self.en, self.possible, self.facts = code, zh, en, possible, facts


def next_state(
    state: State, action: Action, before_merge: State | None = None, possible: tuple[Action, ...] | None = None
) -> State:
    """The state after ``action``. Raises UnableToMove (code ``state``) naming what is ``possible``: all that the table knows in
    the state, unless the caller knows better."""
    edge = BY_ACTION[action]
    if state not in edge.sources:
        others = leaving(state) if possible is None else possible
        plain = f"当前状态“{state.zh}”不能{action.zh}。", f"“{action.en}” is not possible in state “{state.en}”."
        names, words = "、".join(a.zh for a in others), ", ".join(a.en for a in others)
        raise UnableToMove(
            "state",
            f"{plain[0][:-1]}；您现在可以：{names}。"
            if others
            else f"{plain[0]}您目前没有可办理的事项，请联系办公室。",
            f"{plain[1][:-1]}; open to you now: {words}."
            if others
            else f"{plain[1]} There is nothing for you to do now: ask the office.",
            others,
            plain=plain,
        )
    if edge.target == SAME:
        return state
    if edge.target == BEFORE_MERGE:
        return before_merge or S.REGISTERED
    return State(edge.target)


def leaving(state: State) -> tuple[Action, ...]:
    """Every act the table knows in ``state``, in the table's order."""
    return tuple(edge.action for edge in TABLE if state in edge.sources)


def permits(action: Action, actor: Actor, section_id: int | None) -> bool:
    """May this actor do the act on a ticket led by ``section_id``? Office roles of the edge are not bound to a section."""
    edge = BY_ACTION[action]
    held = actor.roles & edge.roles
    if edge.reach == ANY or held - BOUND:
        return bool(held)
    return bool(held) and actor.section_id is not None and actor.section_id == section_id


def check(
    state: State, action: Action, actor: Actor, section_id: int | None, before_merge: State | None = None
) -> State:
    """next_state for this actor: refusals name what is open to him. Raises UnableToMove (code ``state``, ``role`` or ``section``)."""
    after = next_state(state, action, before_merge, available(state, actor, section_id))
    if permits(action, actor, section_id):
        return after
    edge = BY_ACTION[action]
    if actor.roles & edge.roles:
        raise UnableToMove(
            "section",
            f"本件不由您的科室主办，不能{action.zh}。",
            f"Your section does not lead this matter: “{action.en}” refused.",
        )
    who = "、".join(role.zh for role in Role if role in edge.roles)
    raise UnableToMove(
        "role",
        f"{action.zh}须由{who}办理。",
        f"“{action.en}” is for: {', '.join(r.en for r in Role if r in edge.roles)}.",
    )


def available(state: State, actor: Actor, section_id: int | None) -> tuple[Action, ...]:
    """The acts open to this actor now: the buttons, and the API's list of actions."""
    return tuple(action for action in leaving(state) if permits(action, actor, section_id))
