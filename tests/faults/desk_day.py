"""A whole matter from the source's dispatch to the sent reply, in a process of its own: the median seconds of each act, one JSON line.

Started by the tests with the queue's address pointing to where no queue is: ``python -m tests.faults.desk_day``.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable
from statistics import median
from typing import Any

import django

django.setup()

from tests.journeys.office import Office, open_office  # noqa: E402
from tests.journeys.test_life_of_a_matter import TEXT  # noqa: E402
from tickets.actions import handling, replies  # noqa: E402
from tickets.models import OutboxRow, Ticket  # noqa: E402


def acts(office: Office, ticket: Ticket) -> dict[str, Callable[[], Any]]:
    """What four people do to a matter, in order."""
    told: dict[str, Any] = {"ticket": ticket, "now": office.now}
    return {
        "sign": lambda: handling.sign(actor=office.handler, **told),
        "contact": lambda: handling.contact(actor=office.handler, reached=True, note="已电话联系", **told),
        "draft": lambda: replies.draft(
            actor=office.handler, outcome="solved", public_text=TEXT, handling="已整改", **told
        ),
        "submit": lambda: replies.submit(actor=office.handler, **told),
        "review": lambda: replies.review(actor=office.chief, passed=True, **told),
        "approve": lambda: replies.approve(actor=office.dispatcher, **told),
        "send": lambda: replies.send(actor=office.dispatcher, **told),
    }


def main() -> None:
    """Ten matters, so that more hints are left than one."""
    office, took = open_office(), defaultdict[str, list[float]](list)
    for _ in range(10):
        started = time.monotonic()
        ticket = office.dispatched()
        took["receive"].append(time.monotonic() - started)
        for name, act in acts(office, ticket).items():
            started = time.monotonic()
            act()
            took[name].append(time.monotonic() - started)
    seconds = {name: median(each) for name, each in took.items()}
    states = sorted(set(Ticket.objects.values_list("state", flat=True)))
    waiting = OutboxRow.objects.filter(post="pending").count()
    print(json.dumps({"seconds": seconds, "states": states, "waiting": waiting}))


if __name__ == "__main__":
    main()
