"""Tables that came in as csv, by our decoding, as rows of stripped text."""

from __future__ import annotations

import csv
import io

from integrations.protocol import Unmappable
from integrations.reading import decode
from tickets.documents import MAX_BYTES, FileRefused, Row

MAX_CELLS = 400_000


def read_csv(data: bytes, name: str = "") -> list[Row]:
    """Rows of a csv in UTF-8 or GB18030; quoted cells keep their line breaks. Raises FileRefused."""
    if len(data) > MAX_BYTES:
        raise FileRefused("too_big", name)
    try:
        text = decode(data)
    except Unmappable as error:
        raise FileRefused("encoding", name) from error
    rows, cells = [], 0
    try:
        for row in csv.reader(io.StringIO(text.replace("\x00", ""), newline="")):
            rows.append(tuple(cell.strip() for cell in row))
            cells += len(row)
            if cells > MAX_CELLS:
                raise FileRefused("too_long", name)
    except csv.Error as error:
        raise FileRefused("broken", name) from error
    return rows
