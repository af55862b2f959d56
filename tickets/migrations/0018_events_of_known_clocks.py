"""Clocks that were there before their events were kept get the events their rows tell of."""

from datetime import UTC, datetime

from django.db import migrations

PART = 2_000


def in_utc(text):
    return datetime.fromisoformat(text).astimezone(UTC)


def events_of(timer):
    """(kind, at, facts) in order of time."""
    start = {
        "terms": timer.terms,
        "policy_id": timer.policy_id,
        "policy_version": timer.policy_version,
        "limit_at": timer.platform_due_at,
    }
    yield "start", timer.started_at, start
    between = [("restart", timer.restarted_at, {})] if timer.restarted_at else []
    for pause in timer.pauses:
        between.append(("pause", in_utc(pause["from"]), {"ground": pause.get("ground", "")}))
        if pause.get("to"):
            between.append(("resume", in_utc(pause["to"]), {}))
    yield from sorted(between, key=lambda each: each[1])
    if timer.extension:
        yield "extend", timer.started_at, {"amount": timer.extension}
    if timer.run == "met":
        yield "meet", timer.met_at, {}
    if timer.run == "stopped":
        yield "stop", timer.due_at or timer.started_at, {}


def forwards(apps, schema_editor):
    Timer, ClockEvent = apps.get_model("tickets", "Timer"), apps.get_model("tickets", "ClockEvent")
    last = 0
    while True:
        timers = list(Timer.objects.filter(pk__gt=last, events__isnull=True).order_by("pk")[:PART])
        if not timers:
            return
        last = timers[-1].pk
        ClockEvent.objects.bulk_create([
            ClockEvent(timer_id=timer.pk, kind=kind, at=at, due_at=timer.due_at, **facts)
            for timer in timers
            for kind, at, facts in events_of(timer)
        ])
        for timer in timers:
            if timer.pauses:
                timer.pauses = [
                    {**each, "from": in_utc(each["from"]).isoformat(), "to": in_utc(each["to"]).isoformat() if each.get("to") else None}
                    for each in timer.pauses
                ]
                timer.save(update_fields=["pauses"])


class Migration(migrations.Migration):
    dependencies = [("tickets", "0017_clock_events")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
