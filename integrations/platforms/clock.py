"""The platforms' clock: real time, moved by an offset, always in Asia/Shanghai."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock:
    """Tells the time of the stand-ins; it runs on from wherever it is set."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    def now(self) -> datetime:
        """The moment, Asia/Shanghai."""
        return datetime.now(SHANGHAI) + self.offset

    def set(self, moment: datetime) -> None:
        """It is ``moment`` now (without an offset: Asia/Shanghai)."""
        local = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
        self.offset = local.astimezone(SHANGHAI) - datetime.now(SHANGHAI)
