"""What the platforms send: the records of a folder of CSV files, or a made-up day, as Records spread over the four platforms."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from .base import Record
from .records_csv import read_folder
from .records_day import read_day
from .records_notices import in_notices

DAY = Path(__file__).with_name("made_up_day.json")


def load(folder: Path | str, now: datetime) -> list[Record]:
    """Every row of hotline_cases.csv, petitions_with_replies.csv and petitions_hot_topics.csv in ``folder`` (any may be
    absent) as one Record; the platform and the number follow from the row alone, so a reply is found again by them.
    ``now``: the moment of dispatch; inspection notices are dated by its year."""
    records = read_folder(Path(folder))
    inspections = in_notices([record for record in records if record.platform == "inspection"], now)
    return [record for record in records if record.platform != "inspection"] + inspections


def made_up(now: datetime) -> list[Record]:
    """The made-up day of about sixty matters over all channels of the four platforms; contact times lie before ``now``."""
    return read_day(_day(), now)


def intake_matters() -> list[dict[str, Any]]:
    """The made-up matters that enter by our own intake (radio, disclosure, public opinion, direct calls), as written."""
    return [dict(matter) for matter in _day()["intake"]]


def by_number(records: list[Record]) -> dict[tuple[str, str, int], Record]:
    """(platform, number, round) -> Record, for looking up the reply of a matter; items without a number are left out."""
    return {(record.platform, record.number, record.round): record for record in records if record.number}


def _day() -> dict[str, Any]:
    return json.loads(DAY.read_text(encoding="utf-8"))  # type: ignore[no-any-return]
