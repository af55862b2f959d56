"""热点: what a matter is about, as far as it may be counted: words of the routing rules, category, project; no confidential one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from tickets.domain.words import Labelled
from tickets.models import Ticket

from . import offices

SHORTEST, MOST_WORDS, LONGEST = 2, 200, 60


class TopicKind(Labelled):
    """By what matters are told apart."""

    WORD = "word", "词", "Word"
    CATEGORY = "category", "分类", "Category"
    PROJECT = "project", "项目", "Project"


@dataclass(frozen=True, slots=True)
class Topic:
    """``value``: the word, the category's path, or the project's id as text."""

    kind: TopicKind
    value: str

    @property
    def key(self) -> str:
        """How the figures name it."""
        return f"{self.kind}:{self.value}"

    @classmethod
    def of(cls, key: str) -> Topic:
        """From the figures' name. Raises ValueError for what is none."""
        kind, colon, value = key.partition(":")
        if not colon or not value:
            raise ValueError(key)
        return cls(TopicKind(kind), value)


def words() -> tuple[str, ...]:
    """The words by which the office tells matters apart: those of its routing rules that say something by themselves."""
    found = (word for route in offices.routes() for word in route.conditions.get("words", ()))
    return tuple(sorted({word for word in found if SHORTEST <= len(word) <= LONGEST}))[:MOST_WORDS]


def about(row: dict[str, Any], known: Iterable[str]) -> list[str]:
    """The keys of a ticket's topics. ``row``: title, content, category, project_id, is_confidential."""
    if row["is_confidential"]:
        return []
    text = f"{row['title']}\n{row['content']}"
    found = [Topic(TopicKind.WORD, word) for word in known if word in text]
    if row["category"]:
        found.append(Topic(TopicKind.CATEGORY, row["category"][:LONGEST]))
    if row["project_id"]:
        found.append(Topic(TopicKind.PROJECT, str(row["project_id"])))
    return [topic.key for topic in found]


def tickets(topic: Topic) -> QuerySet[Ticket]:
    """Every ticket that ``about`` counts under the topic."""
    rows = Ticket.objects.filter(is_confidential=False)
    if topic.kind is TopicKind.WORD:
        return rows.filter(Q(title__contains=topic.value) | Q(content__contains=topic.value))
    if topic.kind is TopicKind.CATEGORY:
        name = "category" if len(topic.value) < LONGEST else "category__startswith"
        return rows.filter(**{name: topic.value})
    return rows.filter(project_id=int(topic.value) if topic.value.isascii() and topic.value.isdigit() else 0)
