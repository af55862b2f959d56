"""受理: the one function for every door; a call, a record and a platform's later decision all enter here."""

from .batch import ReceivedMany, receive_many
from .receiving import Received, UnableToReceiveError, UnknownInquiryError, receive

__all__ = ["Received", "ReceivedMany", "UnableToReceiveError", "UnknownInquiryError", "receive", "receive_many"]
