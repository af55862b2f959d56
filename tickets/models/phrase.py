"""常用语与错敏词: what the desks write again and again, and the words that should not leave the house."""

from __future__ import annotations

from django.db import models

from tickets.domain.words import Labelled

from .base import history, word
from .section import Section


class PhraseKind(Labelled):
    """Where a phrase is offered."""

    REPLY = "reply", "公开答复", "Public reply"
    HANDLING = "handling", "办理情况", "What was done"
    MATTER = "matter", "登记模板", "Matter logged often"
    ANSWER = "answer", "当场答复", "Answer on the line"
    SCRIPT = "script", "回访话术", "Follow-up script"
    GROUND = "ground", "申请理由", "Ground of a request"


class Phrase(models.Model):
    """A text ready to be put in. ``facts``: of a matter its type, urgency, category, place; of an answer the words it is offered
    on ({"words": ["噪声"]}). ``section``: only for that section; blank for all."""

    kind = word(PhraseKind)
    title = models.CharField(max_length=80)
    body = models.TextField(blank=True)
    facts = models.JSONField(default=dict, blank=True)
    section = models.ForeignKey(Section, null=True, blank=True, on_delete=models.PROTECT, related_name="phrases")
    order = models.PositiveSmallIntegerField(default=100)
    is_active = models.BooleanField(default=True)
    history = history()

    class Meta:
        ordering = ("kind", "order", "id")

    def __str__(self) -> str:
        return self.title


class TermKind(Labelled):
    """Why a word is looked for."""

    WRONG = "wrong", "错别字", "Wrong word"
    SENSITIVE = "sensitive", "敏感词", "Sensitive word"


class Term(models.Model):
    """错敏词: a wrong word is pointed out with what to write ``instead``; a sensitive one stops the text."""

    text = models.CharField(max_length=40, unique=True)
    kind = word(TermKind)
    instead = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    history = history()

    class Meta:
        ordering = ("kind", "id")

    def __str__(self) -> str:
        return self.text
