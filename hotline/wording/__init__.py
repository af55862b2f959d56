"""How the domain speaks to a reader: labels in the reader's language, and text with the person covered."""

from . import differing, moments
from .account import account, public_reply
from .labels import done, in_chinese, label, language_of, pair, said, why_routed, words
from .masking import mask_id, mask_name, mask_phone, mask_text
from .redaction import COVER, Cover
from .signs import aside, listed, sign
from .typed import whole

__all__ = [
    "COVER",
    "Cover",
    "account",
    "aside",
    "differing",
    "done",
    "in_chinese",
    "label",
    "language_of",
    "listed",
    "mask_id",
    "mask_name",
    "mask_phone",
    "mask_text",
    "moments",
    "pair",
    "public_reply",
    "said",
    "sign",
    "whole",
    "why_routed",
    "words",
]
