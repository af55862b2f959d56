"""What every wire needs: bytes to text, nothing-values, local times, numbers as text, digests, and a record read field by field."""

from integrations.reading.encodings import canonical, decode, decode_json, decode_xml, digest, reply_digest
from integrations.reading.fields import LARGEST_ROUND, LONGEST_NUMBER, Fields
from integrations.reading.values import (
    SHANGHAI,
    clean,
    counter,
    deadline,
    flag,
    is_nothing,
    iso,
    last_day,
    local,
    many,
    moment,
    text,
)

__all__ = [
    "LARGEST_ROUND",
    "LONGEST_NUMBER",
    "SHANGHAI",
    "Fields",
    "canonical",
    "clean",
    "counter",
    "deadline",
    "decode",
    "decode_json",
    "decode_xml",
    "digest",
    "flag",
    "is_nothing",
    "iso",
    "last_day",
    "local",
    "many",
    "moment",
    "reply_digest",
    "text",
]
