"""通知: a year's holiday notice or a local order, read from a file of ours (JSON) or from a calendar feed (iCal), and checked as a whole."""

from .checking import BadNotice, Fault, amendment, check
from .ical import read_ical
from .notice import Notice
from .own import read_json
from .reading import read

__all__ = ["BadNotice", "Fault", "Notice", "amendment", "check", "read", "read_ical", "read_json"]
