"""What each act takes; a field that is not here is refused."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from tickets.domain.words import (
    Disclosure,
    FileRole,
    MatterType,
    NoticeForm,
    Outcome,
    RejectionReason,
    ReturnReason,
    SuspensionGround,
    Urgency,
)
from tickets.models import Attachment
from tickets.models.attachment import SENDABLE
from tickets.queries.pause_rules import LAWFUL

from .fields import Day, Strict, Text, When, word

LONG, SHORT = 4000, 500


def _inquiry() -> serializers.IntegerField:
    text = gettext_lazy("one inquiry of the ticket; all of them, or the first that waits, when left out")
    return serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=2**62, help_text=text
    )


class Nothing(Strict):
    """No fields: an empty object."""


class Reason(Strict):
    """A reason, if there is one to give."""

    reason = Text(SHORT)


class NeededReason(Strict):
    """A reason."""

    reason = Text(SHORT, required=True)


class StillNeeded(Strict):
    """What the caller is asked for."""

    reason = Text(SHORT, required=True, label=gettext_lazy("What is still needed"))


class Opinion(Strict):
    """An opinion, if there is one to give."""

    opinion = Text(LONG)


class NeededOpinion(Strict):
    """An opinion."""

    opinion = Text(LONG, required=True)


class Remark(Strict):
    """A remark, if there is one to give."""

    remark = Text(SHORT)


class NeededRemark(Strict):
    """Why it is sent back."""

    remark = Text(SHORT, required=True)


class Note(Strict):
    """A note, if there is one to make."""

    note = Text(LONG)


class Content(Strict):
    """What the section is told."""

    content = Text(LONG, required=True, label=gettext_lazy("What the section is told"))


class Dispatch(Strict):
    """派单: the lead section and the co-handlers by their codes."""

    section = serializers.CharField(max_length=24, help_text=gettext_lazy("code of the lead section"))
    co_sections = serializers.ListField(
        child=serializers.CharField(max_length=24), required=False, default=list, max_length=20
    )
    inner_due = When(
        required=False,
        allow_null=True,
        default=None,
        help_text=gettext_lazy(
            "only where the section shall answer earlier than the policy asks; before the outer deadline"
        ),
    )
    reason = Text(300)


class DirectAnswer(Strict):
    """直办: what was answered on the line."""

    answer = Text(LONG, required=True)


class Reject(Strict):
    """不予受理: reason code, that the caller was told, the route pointed to."""

    code = word(RejectionReason)
    told = Text(SHORT, required=True)
    pointed_to = Text(SHORT, required=True)


class Merge(Strict):
    """并单: the number of the ticket that goes on."""

    into = serializers.CharField(max_length=24)
    reason = Text(SHORT)


class AskReturn(Strict):
    """退单: ground and reason."""

    code = word(ReturnReason)
    reason = Text(LONG, required=True)


class AskOutwardReturn(AskReturn):
    """退回来源: also the legal basis and the unit that we suggest."""

    basis = Text(SHORT)
    suggested_unit = Text(120)


class Contact(Strict):
    """联系群众: reached or not, when, what was said."""

    reached = serializers.BooleanField()
    contacted_at = When(required=False, allow_null=True, default=None)
    reason = Text(200, help_text=gettext_lazy("why the caller was not reached"))
    note = Text(LONG, label=gettext_lazy("What was talked about"))
    inquiry = _inquiry()


class Transfer(Strict):
    """科内转办: the user name of a colleague of the section; empty: nobody yet."""

    handler = serializers.CharField(max_length=150, allow_blank=True)
    reason = Text(SHORT)


class AskExtension(Strict):
    """申请延期: so many more of the limit's own unit."""

    amount = serializers.DecimalField(
        max_digits=7, decimal_places=2, min_value=0,
        help_text=gettext_lazy("In the unit of the limit: working days, calendar days or hours."),
    )  # fmt: skip
    reason = Text(LONG, required=True)
    told_at = When(required=False, allow_null=True, default=None)
    inquiry = _inquiry()


class PauseClock(Strict):
    """暂停计时: the ground of the law, the paper, and until when if that is known."""

    ground = word(LAWFUL)
    document = Text(200)
    reason = Text(LONG, required=True)
    until = Day(required=False, allow_null=True, default=None, label=gettext_lazy("Expected to resume on"))


class ResumeClock(Strict):
    """恢复计时: the paper that ends it, if there is one."""

    document = Text(200)
    note = Text(LONG)


class AskCorrection(Strict):
    """告知补正: what must be corrected, and the notice."""

    reason = Text(LONG, required=True, label=gettext_lazy("What must be corrected"))
    document = Text(200)


class AskSuspension(Strict):
    """申请挂账: ground, promised date, review date."""

    code = word(SuspensionGround)
    reason = Text(LONG, required=True)
    until = Day()
    review_on = Day(required=False, allow_null=True, default=None)


class Draft(Strict):
    """起草答复: two texts, an outcome, how public it is."""

    outcome = word(Outcome)
    public_text = Text(20_000, required=True)
    handling = Text(20_000)
    promised_on = Day(required=False, allow_null=True, default=None)
    disclosure = word(Disclosure, required=False, default=Disclosure.ON_APPLICATION.value)
    disclosure_ground = Text(120)
    document_no = Text(60)
    attachments = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**62), required=False, default=list, max_length=50
    )


class Interim(Strict):
    """阶段答复: the text, the plan, and when it is expected to be done."""

    text = Text(LONG, required=True)
    plan = Text(LONG)
    expected_on = Day(required=False, allow_null=True, default=None)


class Accept(Strict):
    """受理: the notice of acceptance to the petitioner."""

    notice = word(NoticeForm, required=False, default=NoticeForm.WRITTEN.value)
    content = Text(LONG, label=gettext_lazy("What the notice says"))
    inquiry = _inquiry()


class Redo(Strict):
    """重办: why, and until when if there is a date."""

    reason = Text(SHORT, required=True)
    due = When(required=False, allow_null=True, default=None)
    inquiry = _inquiry()


class FollowUp(Strict):
    """回访: 1 very satisfied … 5 very dissatisfied."""

    reached = serializers.BooleanField()
    solved = serializers.BooleanField(required=False, allow_null=True, default=None)
    satisfaction = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=5)
    comment = Text(LONG)
    inquiry = _inquiry()


class Amend(Strict):
    """更正: only the fields that differ, and why."""

    title = serializers.CharField(max_length=200, required=False)
    content = serializers.CharField(max_length=20_000, required=False)
    type = word(MatterType, required=False)
    category = serializers.CharField(max_length=120, required=False, allow_blank=True)
    urgency = word(Urgency, required=False)
    area_code = serializers.CharField(max_length=12, required=False, allow_blank=True)
    place = serializers.CharField(max_length=200, required=False, allow_blank=True)
    is_confidential = serializers.BooleanField(required=False)
    reason = Text(SHORT, required=True)


class Attach(Strict):
    """添加附件: one file of at most 20 MB; its name and its bytes must agree."""

    file = serializers.FileField(max_length=200)
    role = word(FileRole, required=False, default=FileRole.HANDLING.value)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The bytes with their name, as the action takes them."""
        values = super().to_internal_value(data)
        file = values.pop("file")
        return {"content": file.read(), "name": file.name, **values}


def check_attachments(ticket_id: int, ids: list[int]) -> None:
    """Raise ValidationError for a file that is not the ticket's, or that is none to send out."""
    known = set(Attachment.objects.filter(SENDABLE, ticket_id=ticket_id, pk__in=ids).values_list("pk", flat=True))
    if strange := [pk for pk in ids if pk not in known]:
        raise serializers.ValidationError(
            {"attachments": [_("No file of this ticket that may go out: %s") % ", ".join(map(str, strange))]}
        )
