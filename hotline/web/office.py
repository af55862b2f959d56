"""调度大厅: all that waits for the office, lane by lane, the most urgent first; decided from the line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hotline.acting import choosing, many
from hotline.telling import hall as telling
from hotline.telling import rows
from hotline.wording import said
from tickets.domain.states import BY_ACTION, Action
from tickets.domain.words import Role
from tickets.models import RequestKind
from tickets.queries import hall, worklists
from tickets.queries.worklists import BadCursor, Worklist

from .queue import CHOICES, choosable, filters_of, shown
from .visit import Visit, page

SIZE = 30
W, A = Worklist, Action
#: The lanes in groups, as the day goes.
GROUPS: Sequence[tuple[str | Promise, Sequence[Worklist]]] = (
    (gettext_lazy("Dispatching"), (W.REGISTERED, W.RETURNS, W.OUTWARD)),
    (gettext_lazy("Sign-off and reply"), (W.REQUESTS, W.SIGN_OFF, W.TO_SEND, W.FOLLOW_UP)),
    (gettext_lazy("Chase and supervise"), (W.ASKED, W.OVERDUE, W.QUEUE)),
)
LISTS = tuple(each for _name, lists in GROUPS for each in lists)
#: What is decided on a line, the first by its key.
ACTS: Mapping[Worklist, Sequence[Action]] = {
    W.REGISTERED: (A.DISPATCH,),
    W.RETURNS: (A.REFUSE_SECTION_RETURN, A.GRANT_SECTION_RETURN, A.DISPATCH),
    W.SIGN_OFF: (A.APPROVE, A.DISAPPROVE),
    W.ASKED: (A.CHASE, A.SUPERVISE),
    W.OVERDUE: (A.CHASE, A.SUPERVISE),
    W.QUEUE: (A.CHASE, A.SUPERVISE),
}
KEYS = {
    A.DISPATCH: "d",
    A.REFUSE_SECTION_RETURN: "n",
    A.GRANT_SECTION_RETURN: "y",
    A.APPROVE: "y",
    A.DISAPPROVE: "n",
    A.CHASE: "c",
    A.REJECT: "n",
}


@dataclass(frozen=True, slots=True)
class Lane:
    """A list of the hall as a link with how many wait in it."""

    code: str
    label: str | Promise
    address: str
    shown: str = ""
    tone: str = ""
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Lanes under a heading."""

    label: str | Promise
    lanes: list[Lane] = field(default_factory=list)


@page("page.office")
def office(visit: Visit) -> HttpResponse:
    """One lane of the hall."""
    asked = visit.request.GET
    chosen = next((each for each in LISTS if each.value == asked.get("list")), LISTS[0])
    try:
        found = worklists.page(
            worklist=chosen, scope=visit.scope, now=visit.now, filters=filters_of(asked), after=asked.get("after", ""), size=SIZE
        )  # fmt: skip
    except BadCursor:
        return visit.go(address(chosen))
    asides = hall.asides(chosen, [row["id"] for row in found.rows])
    shown_rows = rows.shown(found.rows, visit.actor)
    lines = telling.lines(chosen, shown_rows, telling.Hanging(asides, visit.now))
    here = visit.request.get_full_path()
    facts = {
        "chosen": chosen,
        "title": said(chosen),
        "groups": groups(visit, chosen.value),
        "rows": [{**line, "acts": _acts(visit, chosen, line, here)} for line in lines],
        "next": address(chosen, asked, after=found.next) if found.next else "",
        "first": address(chosen, asked),
        "is_later": bool(asked.get("after")),
        "filters": choosable(asked),
        "is_filtered": any(asked.get(name) for name in CHOICES),
        "bulk": many.offered(visit.actor, chosen),
        "sections": choosing.sections() if chosen is W.REGISTERED else [],
    }
    return visit.page("office/hall.html", facts)


def address(chosen: Worklist, asked: Mapping[str, str] | None = None, **more: str) -> str:
    """Of a lane, narrowed as now."""
    kept = {name: (asked or {})[name] for name in CHOICES if (asked or {}).get(name)}
    return f"{reverse('office')}?{urlencode({'list': chosen.value, **kept, **more})}"


def groups(visit: Visit, here: str) -> list[Group]:
    """The hall's lanes with their counts, all of them counted in one statement."""
    elsewhere: dict[str, QuerySet[Any, Any]] = {
        name: import_string(path)() for name, path in settings.WAITING_ELSEWHERE.items()
    }
    counted = hall.counts(lists=LISTS, scope=visit.scope, elsewhere=elsewhere)
    made = [Group(name, [_lane(each, counted, here) for each in lists]) for name, lists in GROUPS]
    made[0].lanes.append(Lane("duplicates", _("Likely duplicates"), reverse("likely"), is_here=here == "duplicates"))
    made.append(Group(_("Platforms"), _of_platforms(counted, here)))
    return made


def _lane(each: Worklist, counted: Mapping[str, int], here: str) -> Lane:
    count = counted[each.value]
    tone = {W.OVERDUE: "red", W.ASKED: "amber"}.get(each, "") if count else ""
    return Lane(each.value, said(each), address(each), shown(count), tone, here == each.value)


def _of_platforms(counted: Mapping[str, int], here: str) -> list[Lane]:
    lanes = [
        ("exchanges", _("Refused messages"), reverse("exchanges")),
        ("parked", _("Parked records"), reverse("letters") + "#in"),
        ("undelivered", _("Not delivered"), reverse("letters") + "#out"),
    ]
    return [
        Lane(code, name, link, shown(counted[code]), "amber" if counted[code] else "", here == code)
        for code, name, link in lanes
        if code in counted
    ]


def _acts(visit: Visit, chosen: Worklist, line: Mapping[str, Any], here: str) -> list[dict[str, str]]:
    """The buttons of a line: each opens the act's form beside the list; one that is not possible says why."""
    back = urlencode({"back": here})
    offered = [A.REJECT, *ACTS[chosen]] if line["why"].proposed == RequestKind.REJECTION else ACTS.get(chosen, ())
    made = [
        {
            "label": _("To another section") if (chosen, action) == (W.RETURNS, A.DISPATCH) else said(action),
            "address": f"{reverse('act', args=[line['number'], action.value])}?{back}",
            "key": KEYS.get(action, ""),
            "reason": _("a leader signs this one") if _is_a_leaders(visit, action, line) else "",
            "is_page": "",
        }
        for action in offered
        if visit.actor.roles & BY_ACTION[action].roles
    ]
    return [*_to_compare(line), *made]


def _to_compare(line: Mapping[str, Any]) -> list[dict[str, str]]:
    """A proposal to join two is decided with both side by side."""
    if not line["why"].into:
        return []
    link = reverse("compare", args=[line["why"].into, line["number"]])
    return [{"label": _("Compare"), "address": link, "key": "m", "reason": "", "is_page": "1"}]


def _is_a_leaders(visit: Visit, action: Action, line: Mapping[str, Any]) -> bool:
    return action is A.APPROVE and line["why"].by_leader and not visit.actor.has(Role.LEADER)
