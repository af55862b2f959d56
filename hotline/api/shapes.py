"""The answers as the OpenAPI document describes them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

Char, Int, Bool, Moment = (
    serializers.CharField,
    serializers.IntegerField,
    serializers.BooleanField,
    serializers.DateTimeField,
)


class FieldError(serializers.Serializer[Any]):
    """One field that cannot be taken."""

    field = Char(help_text="party.phone for a nested one; empty for the whole body")
    reason = Char()


class PossibleAction(serializers.Serializer[Any]):
    """An act that is possible now."""

    action = Char()
    label = Char()  # type: ignore[assignment]


class Changed(serializers.Serializer[Any]):
    """Who changed the ticket meanwhile, and how."""

    version = Int()
    action = Char()
    action_label = Char()
    actor = Char()
    at = Moment(allow_null=True)


class Error(serializers.Serializer[Any]):
    """Every refusal: a code for programs, a message for the reader."""

    code = Char()
    message = Char()
    errors = FieldError(many=True, required=False)  # type: ignore[assignment]
    possible = PossibleAction(many=True, required=False)
    changed = Changed(required=False)


class SectionShape(serializers.Serializer[Any]):
    """A section."""

    code = Char()
    name = Char()


class PersonShape(serializers.Serializer[Any]):
    """A colleague."""

    username = Char()
    name = Char()


class TicketRow(serializers.Serializer[Any]):
    """A line of a list. A confidential matter stands there as 保密件, without place, for who may not know more."""

    id = Int()
    number = Char()
    state = Char()
    state_label = Char()
    version = Int()
    title = Char()
    place = Char()
    channel = Char()
    channel_label = Char()
    type = Char()
    type_label = Char()
    urgency = Char()
    urgency_label = Char()
    category = Char()
    section_id = Int(allow_null=True)
    section_name = Char(allow_null=True)
    handler_id = Int(allow_null=True)
    handler_name = Char(allow_null=True)
    proposed_section_id = Int(allow_null=True)
    proposed_section_name = Char(allow_null=True)
    route_reason = Char()
    due_at = Moment(allow_null=True)
    due_provisional = Bool(help_text="暂定: it touches a day that is not announced yet")
    is_overdue = Bool()
    is_confidential = Bool()
    is_supervised = Bool()
    must_handle = Bool()
    extension_asked = Bool()
    suspension_asked = Bool()
    chase_count = Int()
    redo_count = Int()
    registered_at = Moment()
    dispatched_at = Moment(allow_null=True)
    sent_at = Moment(allow_null=True)
    closed_at = Moment(allow_null=True)
    promised_on = serializers.DateField(allow_null=True)
    light = serializers.ChoiceField(choices=["red", "yellow", "green", ""])


class TicketPage(serializers.Serializer[Any]):
    """A page; ``next`` is the mark of the page after it, empty on the last."""

    rows = TicketRow(many=True)
    next = Char()


class Similar(serializers.Serializer[Any]):
    """A ticket that may be about the same matter."""

    number = Char()
    title = Char()
    state = Char()
    reasons = serializers.ListField(child=serializers.ChoiceField(choices=["number", "phone", "place", "text"]))
    likeness = Int(help_text="0–100")


class Logged(serializers.Serializer[Any]):
    """A matter taken in."""

    number = Char()
    version = Int()
    result = Char(help_text="ticket, joined, calm (logged before)")
    inquiry = Char(help_text="number of the contact")
    lookup_code = Char(help_text="for the caller: asks the state later")
    state = Char()
    state_label = Char()
    section = SectionShape(allow_null=True)
    proposed_section = SectionShape(allow_null=True)
    route_reason = Char()
    due_at = Moment(allow_null=True)
    url = Char()
    duplicates = Similar(many=True)


class CallShape(serializers.Serializer[Any]):
    """A telephone call as it stands after the event."""

    call = Char(help_text="the telephone system's own id")
    state = Char(help_text="ringing, talking, ended, missed")
    state_label = Char()
    agent = Char(allow_null=True, help_text="who answered, where that is known")


class Caller(serializers.Serializer[Any]):
    """The caller, covered: 测** 199****1234."""

    name = Char()
    gender = Char()
    phone = Char()
    incoming_phone = Char()
    id_number = Char()
    address = Char()
    organisation = Char()
    email = Char()


class Left(serializers.Serializer[Any]):
    """What is left of a clock, or how late it is."""

    state = serializers.ChoiceField(choices=["left", "late", "paused", "met", "met_late", "stopped"])
    working_days = Int()
    seconds = serializers.FloatField()
    open_seconds = serializers.FloatField(help_text="working time")
    late_days = Int()
    late_seconds = serializers.FloatField()


class ClockShape(serializers.Serializer[Any]):
    """One clock, with the count in words."""

    id = Int()
    kind = Char()
    kind_label = Char()
    side = Char()
    side_label = Char()
    run = Char()
    run_label = Char()
    number = Char(help_text="of the inquiry it counts for; empty for the section's own")
    section = Char()
    started_at = Moment()
    due_at = Moment()
    platform_due_at = Moment(allow_null=True, help_text="the source's own deadline, which goes first")
    met_at = Moment(allow_null=True)
    breached_at = Moment(allow_null=True)
    is_late = Bool()
    is_provisional = Bool()
    left = Left()
    percent = Int()
    policy = Char()
    citation = Char()
    is_confirmed = Bool()
    explanation = Char()
    lines = serializers.ListField(child=Char())
    papers = serializers.ListField(child=Char(), help_text="what pauses and restarts rest on")
    events = serializers.ListField(
        child=Char(), help_text="what has happened to it: pauses, extensions, restarts, its end"
    )


class ActionShape(serializers.Serializer[Any]):
    """An act of the reader's roles: possible, or the reason why not."""

    action = Char()
    label = Char()  # type: ignore[assignment]
    url = Char()
    is_possible = Bool()
    reason = Char()


class TicketShape(serializers.Serializer[Any]):
    """A ticket. ``view``: how much of the petitioner this reader sees."""

    number = Char()
    state = Char()
    state_label = Char()
    version = Int()
    title = Char()
    content = Char()
    place = Char()
    type = Char()
    urgency = Char()
    channel = Char()
    section = SectionShape(allow_null=True)
    handler = PersonShape(allow_null=True)
    is_confidential = Bool()
    due_at = Moment(allow_null=True)
    is_overdue = Bool()
    view = serializers.ChoiceField(choices=["office", "lead", "helper", "covered"])
    caller = Caller(allow_null=True, help_text="of the newest inquiry")
    inquiries = serializers.ListField(child=serializers.DictField())
    clocks = ClockShape(many=True)
    actions = ActionShape(many=True)
    co_handlers = serializers.ListField(child=serializers.DictField())
    replies = serializers.ListField(child=serializers.DictField())
    requests = serializers.ListField(child=serializers.DictField())
    contacts = serializers.ListField(child=serializers.DictField())
    attachments = serializers.ListField(child=serializers.DictField())


class Acted(serializers.Serializer[Any]):
    """Where the ticket stands after the act."""

    number = Char()
    version = Int()
    state = Char()
    state_label = Char()
    action = Char()
    due_at = Moment(allow_null=True)


KEY = OpenApiParameter(
    "Idempotency-Key", OpenApiTypes.STR, OpenApiParameter.HEADER,
    description="A key of your own: the same key with the same body gets the first answer again (Idempotent-Replay: true), kept 7 days.",
)  # fmt: skip
IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True,
    description='The ETag of the ticket as you read it, W/"7". Acts that only add also take *.',
)  # fmt: skip
DIAGNOSES: dict[int, tuple[str, dict[str, Any]]] = {
    400: (
        "Fields that cannot be taken",
        {
            "code": "invalid",
            "message": "请更正：reason：该字段是必填项。",
            "errors": [{"field": "reason", "reason": "该字段是必填项。"}],
        },
    ),
    401: ("Not signed in", {"code": "not_signed_in", "message": "请先登录：POST /api/session。"}),
    403: ("The roles do not allow it", {"code": "forbidden", "message": "您的角色没有这项权限。"}),
    404: ("Not there, or not to be seen", {"code": "not_found", "message": "没有这项内容，或您无权查看。"}),
    409: (
        "The state forbids it",
        {
            "code": "state",
            "message": "当前状态“待签收”不能办结；现在可以：签收、撤回。",
            "possible": [{"action": "sign", "label": "签收"}],
        },
    ),
    412: (
        "Somebody else was quicker",
        {
            "code": "version",
            "message": "本件已被他人更新（签收），请刷新后再办；您输入的内容仍保留。",
            "changed": {
                "version": 3,
                "action": "sign",
                "action_label": "签收",
                "actor": "测试甲",
                "at": "2026-03-02T09:10:00+08:00",
            },
        },
    ),
    413: ("Too large", {"code": "too_large", "message": "内容超过 1024 KB。"}),
    428: ("If-Match is missing", {"code": "if_match", "message": "请用 If-Match 带上工单的 ETag。"}),
    429: ("Locked out", {"code": "locked", "message": "连续5次登录失败，已锁定15分钟，请稍后再试。"}),
}
MATTER_EXAMPLE = OpenApiExample(
    "来电", request_only=True,
    value={
        "channel": "direct", "title": "样例路围挡破损", "content": "样例路东段施工围挡破损，请尽快修复。", "type": "complaint",
        "place": "样例路东段", "party": {"name": "测试甲", "phone": "19900001234"},
    },
)  # fmt: skip


def answers(shape: Any, *refusals: int, status: int = 200) -> dict[int, Any]:
    """The answer with its shape, and the refusals that this endpoint may give, each with an example."""
    told: dict[int, Any] = {status: shape}
    for code in sorted({401, 403, *refusals}):
        about, example = DIAGNOSES[code]
        told[code] = OpenApiResponse(Error, description=about, examples=[OpenApiExample(about, value=example)])
    return told


class StoryLine(serializers.Serializer[Any]):
    """One line of the story."""

    at = Moment()
    kind = serializers.ChoiceField(choices=["act", "source", "sent", "decision"])
    code = Char()
    label = Char()  # type: ignore[assignment]
    actor = Char()
    seq = Int(allow_null=True, help_text="its number on the ticket's chain of the journal")
    facts = serializers.DictField()


class StoryShape(serializers.Serializer[Any]):
    """The story, oldest first."""

    rows = StoryLine(many=True)


class FieldChange(serializers.Serializer[Any]):
    """A field that differs; without values where the reader may not know them."""

    field = Char()
    old = serializers.JSONField(allow_null=True)
    new = serializers.JSONField(allow_null=True)


class HistoryLine(serializers.Serializer[Any]):
    """One saved version."""

    kind = serializers.ChoiceField(choices=["ticket", "reply", "request"])
    id = Int()
    at = Moment()
    change = Char()
    actor = Char()
    reason = Char()
    changes = FieldChange(many=True)


class HistoryShape(serializers.Serializer[Any]):
    """The versions, newest first."""

    rows = HistoryLine(many=True)


class OpenedParty(Caller):
    """A caller in full; the reading stands in the journal."""

    inquiry = Int()
    number = Char()
    channel = Char()
    channel_label = Char()
    others = serializers.ListField(child=Char())


class OpenedMatter(serializers.Serializer[Any]):
    """The text with its numbers."""

    title = Char()
    content = Char()
    place = Char()


class Opened(Acted):
    """The callers in full."""

    parties = OpenedParty(many=True)
    matter = OpenedMatter(allow_null=True)


class RoleShape(serializers.Serializer[Any]):
    """A role."""

    code = Char()
    label = Char()  # type: ignore[assignment]


class Me(serializers.Serializer[Any]):
    """An account."""

    username = Char()
    name = Char()
    roles = RoleShape(many=True)
    section = SectionShape(allow_null=True)
    language = Char()
    acts_for = Char(allow_null=True)


class SignedIn(serializers.Serializer[Any]):
    """The session is open."""

    user = Me()
    csrf = Char()
    token = Char(required=False)


class Worklist(serializers.Serializer[Any]):
    """A list of a desk, and how many wait in it (1001: more than a thousand)."""

    name = Char()
    label = Char()  # type: ignore[assignment]
    count = Int()
    url = Char()


class Worklists(serializers.Serializer[Any]):
    """The lists of this reader's desks."""

    rows = Worklist(many=True)


class RateShape(serializers.Serializer[Any]):
    """One figure with its base in words. ``rate`` null: nothing was due or there were no tickets, which is neither 0 nor 1."""

    key = Char()
    label = Char()  # type: ignore[assignment]
    group = Char()
    group_label = Char()
    numerator = Int()
    denominator = Int()
    rate = serializers.FloatField(allow_null=True)
    hours = serializers.FloatField(allow_null=True)
    outcome = Char()
    outcome_label = Char()
    base = Char()
    numerator_url = Char()
    denominator_url = Char()


class Rates(serializers.Serializer[Any]):
    """The figures of a period."""

    rows = RateShape(many=True)


class SimilarList(serializers.Serializer[Any]):
    """Suggestions, the likeliest first."""

    rows = Similar(many=True)


class Found(TicketPage):
    """What a search found; ``kind``: number, person or text."""

    kind = serializers.ChoiceField(choices=["number", "person", "text"])


class NoticeShape(serializers.Serializer[Any]):
    """A line of the in-tray."""

    id = Int()
    kind = Char()
    role = Char()
    created_at = Moment()
    number = Char(allow_null=True)
    title = Char(allow_null=True)
    is_read = Bool()
    facts = serializers.DictField()


class Notices(serializers.Serializer[Any]):
    """The in-tray, the newest first."""

    rows = NoticeShape(many=True)
    next = Char()
    unread = Int()


class Verdict(serializers.Serializer[Any]):
    """Does the journal prove itself?"""

    ok = Bool()
    text = Char()
    events = Int()
    tickets = Int()
    seals = Int()
    unsealed = Int()


class Word(serializers.Serializer[Any]):
    """A word with both labels."""

    code = Char()
    zh = Char()
    en = Char()


class PolicyShape(serializers.Serializer[Any]):
    """A limit in force, with its source."""

    id = Int()
    name = Char()
    name_en = Char()
    clock = Char()
    side = Char()
    starts_at = Char()
    channel = Char()
    type = Char()
    urgency = Char()
    is_redo = Bool()
    amount = Char()
    unit = Char()
    end = Char()
    extension_limit = Char()
    tag = Char()
    citation = Char()
    citation_en = Char()
    effective_from = serializers.DateField()
    effective_to = serializers.DateField(allow_null=True)
    is_confirmed = Bool()
    version = Int()


class Policies(serializers.Serializer[Any]):
    """The limits in force today."""

    rows = PolicyShape(many=True)


class Day(serializers.Serializer[Any]):
    """A day that differs from its weekday."""

    date = serializers.DateField()
    is_working = Bool()
    name = Char()
    document = Char()
    is_announced = Bool()
    intervals = Char()


class Hours(serializers.Serializer[Any]):
    """Office hours from a day on."""

    first_date = serializers.DateField()
    intervals = Char()
    document = Char()


class CalendarShape(serializers.Serializer[Any]):
    """A year of the working calendar."""

    year = Int()
    is_covered = Bool()
    covered_until = serializers.DateField(allow_null=True)
    days = Day(many=True)
    office_hours = Hours(many=True)


class DeadlineLine(serializers.Serializer[Any]):
    """A counted (or not counted) stretch."""

    starts = Moment()
    ends = Moment()
    is_counted = Bool()
    text = Char()


class DeadlineShape(serializers.Serializer[Any]):
    """When a limit ends, and why."""

    due_at = Moment()
    last_day = serializers.DateField(allow_null=True)
    is_provisional = Bool()
    summary = Char()
    lines = DeadlineLine(many=True)


class SectionRow(SectionShape):
    """A section at work."""

    id = Int()
    is_office = Bool()


class SectionList(serializers.Serializer[Any]):
    """The sections."""

    rows = SectionRow(many=True)
