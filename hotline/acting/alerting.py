"""提醒: the unread lines of each tray become one message to its person, by the road he chose, outside quiet hours; no personal data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from hotline.models import User
from hotline.telling import tray
from hotline.wording import aside, moments
from tickets.actions import ledger
from tickets.domain.moments import to_local
from tickets.domain.words import AlertRoad, Urgency
from tickets.models import Alert, AlertLine, Notice
from tickets.queries import trays

#: So many lines are told one by one; more are counted.
FEW = 5
#: Nobody is told of what has lain in the tray so long.
STALE = timedelta(days=2)


def roads() -> list[AlertRoad]:
    """The roads that this installation has an address for."""
    return [road for road in AlertRoad if settings.ALERTS.get(road.value, {}).get("address")]


def write_all(*, now: datetime) -> int:
    """One alert for each person about whom something waits; how many were written. Safe to run twice at once."""
    people = User.objects.filter(is_active=True, alert_road__in=roads()).exclude(alert_since=None)
    return sum(write(user, now=now) for user in people.order_by("pk"))


def choose(*, user: User, road: str, address: str, now: datetime) -> str:
    """Keep the road and this person's address there; '' gives up all roads. Why not, in words; '' when it is kept."""
    if road and road not in {each.value for each in roads()}:
        return _("This way is not set up here.")
    if road and not address:
        return _("Say where: your e-mail address, or your name at that service.")
    if road == AlertRoad.EMAIL.value:
        try:
            validate_email(address)
        except ValidationError:
            return _("This is no e-mail address: %(given)s") % {"given": address}
    user.alert_road, user.alert_address, user.alert_since = road, address if road else "", now if road else None
    ledger.save_with_history(user, actor=user.actor(), now=now, reason="alerts chosen")
    return ""


@transaction.atomic
def write(user: User, *, now: datetime) -> bool:
    """Whether there was something to tell this person. In quiet hours only what is critical is told."""
    User.objects.select_for_update(of=("self",)).only("pk").get(pk=user.pk)
    found = list(_untold(user, now).select_related("ticket").order_by("id"))
    if not found:
        return False
    with translation.override(user.language or settings.LANGUAGE_CODE):
        subject, text = _head(found), _text(found, now)
    alert = Alert.objects.create(
        user=user, road=user.alert_road, address=user.alert_address, subject=subject, text=text, next_at=now, created_at=now
    )  # fmt: skip
    lines = [AlertLine(alert=alert, notice=notice, user=user) for notice in found]
    AlertLine.objects.bulk_create(lines, batch_size=1000)
    return True


def _untold(user: User, now: datetime) -> QuerySet[Notice]:
    told = AlertLine.objects.filter(user=user, notice=OuterRef("pk"))
    since = max(user.alert_since or now, now - STALE)
    rows = trays.unread_notices(user.actor()).filter(~Exists(told), created_at__gte=since)
    return rows.filter(ticket__urgency=Urgency.CRITICAL.value) if is_quiet(now) else rows


def is_quiet(now: datetime) -> bool:
    """Whether ``now`` lies in the quiet hours (settings.ALERT_QUIET: from, to; over midnight where from is the later)."""
    begin, end = settings.ALERT_QUIET
    at = to_local(now).time()
    if begin <= end:
        return bool(begin <= at < end)
    return bool(at >= begin or at < end)


def _head(found: Sequence[Notice]) -> str:
    return _("%(count)s reminders") % {"count": sum(map(_weight, found))}


def _text(found: Sequence[Notice], now: datetime) -> str:
    lines = [_line(each, now) for each in found] if len(found) <= FEW else _counted(found)
    link = [f"{settings.PUBLIC_ADDRESS.rstrip('/')}/tray/"] if settings.PUBLIC_ADDRESS else []
    return "\n".join([*lines, *link])


def _line(notice: Notice, now: datetime) -> str:
    """SZ-2026-0000004 答复时限将到（11月27日 17:30）: a number and a moment, never a title or a text."""
    number = notice.ticket.number if notice.ticket else ""
    due = str(notice.facts.get("due") or "") if notice.kind.startswith("clock_") else ""
    said = tray.words(notice.kind, notice.facts)
    when = aside(moments.due(datetime.fromisoformat(due), now)) if "T" in due else ""
    return f"{number} {said}{when}".strip()


def _counted(found: Sequence[Notice]) -> list[str]:
    counts: Counter[str] = Counter()
    for each in found:
        counts[tray.plain(each.kind, each.facts)] += _weight(each)
    return [_("%(what)s: %(count)s") % {"what": what, "count": count} for what, count in counts.most_common()]


def _weight(notice: Notice) -> int:
    """A line that stands for many counts as many."""
    return int(notice.facts.get("count", 1))
