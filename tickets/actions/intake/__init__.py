"""受理: the one function for every door; a call, a record and a platform's later decision all enter here."""

from .receiving import Received, UnableToReceiveError, UnknownInquiryError, receive

__all__ = ["Received", "UnableToReceiveError", "UnknownInquiryError", "receive"]
