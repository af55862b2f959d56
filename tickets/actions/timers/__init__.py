"""时限: clocks as rows. They start, are met, pause and end with the work; the sweep fires what has fallen due."""

from .rows import reach
from .spans import extend, extended_due, hand_over, limits_changed, meet, pause, resume, stop, unmeet
from .start import follow, start_accepted, start_inner, start_outer, start_redo
from .sweep import Swept, next_moment, sweep
from .trays import mark_read

__all__ = [
    "Swept", "extend", "extended_due", "follow", "hand_over", "limits_changed", "mark_read", "meet", "next_moment", "pause", "reach",
    "resume", "start_accepted", "start_inner", "start_outer", "start_redo", "stop", "sweep", "unmeet",
]  # fmt: skip
