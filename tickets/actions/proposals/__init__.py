"""变更方案: a change of the calendar or of a limit is proposed, measured, approved by another person, applied in chunks, and taken back."""

from .deciding import approve, choose, refuse, take_back, withdraw
from .proposing import UnableToPropose, propose_calendar, propose_policy
from .working import advance, concerns_any, publish_unopposed

__all__ = [
    "UnableToPropose", "advance", "approve", "choose", "concerns_any", "propose_calendar", "propose_policy", "publish_unopposed",
    "refuse", "take_back", "withdraw",
]  # fmt: skip
