"""机构: closing or joining sections as the desks see it: work, people and saved views go along, and whoever takes over is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from hotline.models import SavedView
from tickets.actions import notices, organisation
from tickets.domain.actors import Actor
from tickets.domain.words import Role
from tickets.models import Section


@transaction.atomic
def close(
    *, section: Section, target: Section, actor: Actor, now: datetime, reason: str, with_people: bool
) -> dict[str, Any]:
    """``organisation.close_section``, and what hangs on it at the desks. Returns what was handed over."""
    done = organisation.close_section(
        section=section, target=target, actor=actor, now=now, reason=reason, with_people=with_people
    )
    SavedView.objects.filter(section=section).update(section=target)
    count = len(done["led"]) + len(done["co_handled"]) + len(done["proposed"])
    notices.tell(
        key=f"handed_over:{section.pk}",
        kind="handed_over",
        role=Role.CHIEF,
        section_id=target.pk,
        now=now,
        facts={"content": f"{section} → {target} · {count}"},
    )
    return done
