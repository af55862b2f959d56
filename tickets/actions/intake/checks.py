"""What cannot be taken in, said with the field and the remedy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from operator import attrgetter

from tickets.domain.messages import Incoming, Matter, Party

#: Longest that is kept, by field of the matter; a longer title or place is cut, its whole stays in the raw record.
LONGEST_CONTENT = 20_000
NAMES = {kind: tuple(each.name for each in fields(kind)) for kind in (Matter, Party)}
OF_MATTER, OF_PARTY = (
    attrgetter(*(each.name for each in fields(kind) if each.type == "str")) for kind in (Matter, Party)
)


class UnableToReceiveError(Exception):
    """The record cannot become a ticket: which field, and what to do, in both languages. The raw record is kept by the door."""

    def __init__(self, field: str, zh: str, en: str) -> None:
        super().__init__(zh)
        self.field, self.zh, self.en = field, zh, en


def check(incoming: Incoming) -> None:
    """Raise UnableToReceiveError for what no inquiry can be made of."""
    if not incoming.number.strip():
        raise UnableToReceiveError(
            "number",
            "缺少工单编号，请核对原始记录后补录。",
            "The number is missing: complete the record and replay it.",
        )
    if incoming.round < 1:
        raise UnableToReceiveError("round", "派单轮次须为正整数。", "The round must be 1 or more.")
    for name, text in () if _is_sound(incoming) else texts(incoming):
        if "\x00" in text:
            raise UnableToReceiveError(
                name,
                f"“{name}”含有空字符（NUL），请删除后重试。",
                f"“{name}” holds a NUL character: remove it and replay.",
            )
        if not is_encodable(text):
            raise UnableToReceiveError(
                name,
                f"“{name}”含有损坏的字符，请改正后重试。",
                f"“{name}” holds a broken character: correct it and replay.",
            )
    if incoming.matter is not None:
        _check_matter(incoming.matter)


def _is_sound(incoming: Incoming) -> bool:
    """Whether all texts together hold nothing that no database takes: the quick answer, which is nearly always yes."""
    try:
        whole = "".join((incoming.number, incoming.event_id, *_all_texts(incoming.matter)))
    except TypeError:
        return False
    return "\x00" not in whole and is_encodable(whole)


def _all_texts(matter: Matter | None) -> tuple[str, ...]:
    return () if matter is None else (*OF_MATTER(matter), *OF_PARTY(matter.party))


def is_encodable(text: str) -> bool:
    """False for a lone surrogate, which no database takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_matter(matter: Matter) -> None:
    if not matter.title.strip() and not matter.content.strip():
        raise UnableToReceiveError(
            "content", "标题和诉求内容都为空，请补充后重试。", "Title and content are both empty: add one and replay."
        )
    if len(matter.content) > LONGEST_CONTENT:
        raise UnableToReceiveError(
            "content",
            f"诉求内容超过 {LONGEST_CONTENT} 字，请作为附件提交。",
            f"The content exceeds {LONGEST_CONTENT} characters: attach it as a file.",
        )


def texts(incoming: Incoming) -> Iterator[tuple[str, str]]:
    """Every text of the message with its field's name."""
    yield "number", incoming.number
    yield "event_id", incoming.event_id
    if incoming.matter is None:
        return
    for holder, names in ((incoming.matter, NAMES[Matter]), (incoming.matter.party, NAMES[Party])):
        for name in names:
            value = getattr(holder, name)
            if isinstance(value, str):
                yield name, value


def first_line(matter: Matter) -> str:
    """The title, or the beginning of the content where there is none."""
    return (matter.title.strip() or matter.content.strip().splitlines()[0])[:200]


def is_anonymous(matter: Matter) -> bool:
    """Anonymous by the source's word, or because there is no way to the caller."""
    party: Party = matter.party
    return matter.is_anonymous or (
        party.name in ("", "匿名") and not any((party.phone, party.incoming_phone, party.organisation, party.email))
    )
