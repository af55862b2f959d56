"""通知: a year's holiday notice or a local order, read from a file of ours (JSON) or a feed (iCal), checked as a whole."""

from .checking import amendment, check
from .ical import read_ical
from .notice import BadNotice, Fault, Notice
from .own import read_json
from .reading import read

__all__ = ["BadNotice", "Fault", "Notice", "amendment", "check", "read", "read_ical", "read_json"]
