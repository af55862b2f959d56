"""What a read file looks like: sheets of rows, blocks of a document, lines of pages; every cell is stripped text."""

from __future__ import annotations

from dataclasses import dataclass

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One visible sheet; rows start at A1, all equally wide, a merged cell's value stands in every cell it covers.

    Dates are ``2026-03-06`` or ``2026-03-06T17:00:00``; whole numbers have no ``.0``; a number of 16 digits or more
    keeps its exponent, because Excel has already lost digits of it."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a document, runs joined, blanks at both ends taken off."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a document, merged cells spread (``gridSpan`` to the right, ``vMerge`` downwards)."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """Paragraphs and tables in the order of the paper; empty paragraphs are left out."""

    blocks: tuple[Paragraph | Table, ...]

    @property
    def paragraphs(self) -> list[str]:
        """The texts of the paragraphs outside tables."""
        return [block.text for block in self.blocks if isinstance(block, Paragraph)]

    @property
    def tables(self) -> list[Table]:
        """The tables in order."""
        return [block for block in self.blocks if isinstance(block, Table)]


@dataclass(frozen=True, slots=True)
class Pages:
    """The text lines of a PDF, page after page; ``is_scan``: it has pages but no text at all."""

    lines: tuple[str, ...]
    count: int

    @property
    def is_scan(self) -> bool:
        """True when a person has to read the picture."""
        return not self.lines
