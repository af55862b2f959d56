"""时限: clocks as rows. They start, are met, pause and end with the work; the sweep fires what has fallen due."""

from .helpers import pass_help, start_helpers
from .pausing import ground_of, pause, restart, resume, start_third_party
from .rows import reach
from .spans import extend, extended_due, hand_over, limits_changed, meet, stop, unmeet
from .start import earliest_outer_reply, follow, refuse_late, start_accepted, start_inner, start_outer, start_redo
from .sweep import Swept, next_moment, sweep

__all__ = [
    "Swept", "earliest_outer_reply", "extend", "extended_due", "follow", "ground_of", "hand_over", "limits_changed",
    "meet", "next_moment", "pass_help", "pause", "reach", "refuse_late", "restart", "resume", "start_accepted", "start_helpers",
    "start_inner", "start_outer", "start_redo", "start_third_party", "stop", "sweep", "unmeet",
]  # fmt: skip
