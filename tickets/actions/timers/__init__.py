"""时限: clocks as rows. They start, are met, pause and end with the work; the sweep fires what has fallen due."""

from .rows import reach
from .spans import extend, extended_due, hand_over, limits_changed, meet, pause, resume, stop, unmeet
from .start import earliest_outer_reply, follow, refuse_late, start_accepted, start_inner, start_outer, start_redo
from .sweep import Swept, next_moment, sweep
from .trays import mark_read

__all__ = [
    "Swept", "earliest_outer_reply", "extend", "extended_due", "follow", "hand_over", "limits_changed", "mark_read", "meet",
    "next_moment", "pause", "reach", "refuse_late", "resume", "start_accepted", "start_inner", "start_outer", "start_redo", "stop",
    "sweep", "unmeet",
]  # fmt: skip
