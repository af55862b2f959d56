"""A confidential matter as a section may see it: every piece of text that could lead to the petitioner is covered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from tickets.domain.messages import Party

from .masking import mask_text

COVER = "＊＊＊"
#: Pieces of an address or a place this long are covered wherever they stand.
PIECE = 3
_PLAIN = re.compile(r"[\s\-－–—·]")


@dataclass(frozen=True, slots=True)
class Cover:
    """What must not be seen: ``exact`` (names, numbers) wherever they stand, ``places`` also in pieces."""

    exact: frozenset[str] = frozenset()
    places: tuple[str, ...] = ()
    _pieces: frozenset[str] = field(default=frozenset(), compare=False)

    @classmethod
    def of(cls, parties: Iterable[Party], places: Iterable[str]) -> Cover:
        """The cover for these petitioners and the places of their matter."""
        exact: set[str] = set()
        where = [place for place in places if place]
        for party in parties:
            for each in fields(party):
                value = getattr(party, each.name)
                values = value if isinstance(value, tuple) else (value,)
                if each.name in ("address", "organisation"):
                    where += [one for one in values if one]
                elif each.name != "gender":
                    exact.update(one for one in values if len(one) > 1)
        pieces = {place[at : at + PIECE] for place in where for at in range(max(1, len(place) - PIECE + 1))}
        return cls(frozenset(exact), tuple(where), frozenset(piece for piece in pieces if len(piece) > 1))

    def __call__(self, text: str) -> str:
        """The text with all of it covered, and the numbers of anybody else."""
        return mask_text(self.hide(text))

    def hide(self, text: str) -> str:
        """The text without what leads to the petitioner; other people's numbers stay."""
        for value in sorted(self.exact, key=len, reverse=True):
            text = text.replace(value, COVER)
            if value.isdigit() and len(value) >= 7:
                text = _without_number(text, value)
        return self._without_places(text)

    def _without_places(self, text: str) -> str:
        hidden = [False] * len(text)
        for piece in self._pieces:
            at = text.find(piece)
            while at >= 0:
                hidden[at : at + len(piece)] = [True] * len(piece)
                at = text.find(piece, at + 1)
        shown: list[str] = []
        for sign, is_hidden in zip(text, hidden, strict=True):
            if not is_hidden:
                shown.append(sign)
            elif not shown or shown[-1] != COVER:
                shown.append(COVER)
        return "".join(shown)


def _without_number(text: str, number: str) -> str:
    """Also where the digits are set apart by blanks or dashes."""
    if number not in _PLAIN.sub("", text):
        return text
    return re.sub(r"[\s\-－–—·]*".join(number), COVER, text)
