"""A caller at the look-up page: the code of his receipt and the last four digits of his telephone; guessing is locked out."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest

from tickets.actions import ledger
from tickets.domain.messages import Party
from tickets.models import Inquiry
from tickets.models.numbering import ALPHABET, CODE

from .access import NOBODY
from .lockout import Door, digest
from .signin import address_of

CHAIN = "look-up"
DIGITS = 4
#: From one address (many people may share it), and on one code (four digits are few).
PER_ADDRESS, ADDRESS_LOCKED = 10, timedelta(minutes=15)
PER_CODE, CODE_LOCKED = 5, timedelta(hours=1)


class UnableToLookUp(Exception):
    """``code``: wrong (which of the two is not said), locked."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(zh)
        self.code, self.zh, self.en = code, zh, en


@dataclass(frozen=True, slots=True)
class Asked:
    """The code as it is kept, and digits."""

    code: str
    digits: str

    @classmethod
    def read(cls, code: str, digits: str) -> Asked:
        """As people type them: with spaces and hyphens, in either case, full-width."""
        return cls(_plain(code).upper()[: CODE + 8], _plain(digits)[-DIGITS:])


def look_up(request: HttpRequest, *, code: str, digits: str, now: datetime) -> Inquiry:
    """The inquiry behind code and digits. Raises UnableToLookUp. Failures are counted by address and by code, locks journalled."""
    asked, address = Asked.read(code, digits), address_of(request)
    doors = (
        Door(digest("look-up"), address, PER_ADDRESS, ADDRESS_LOCKED),
        Door(digest(f"look-up {asked.code}"), "", PER_CODE, CODE_LOCKED),
    )
    for door in doors:
        if until := door.locked_until(now):
            raise _locked(until, now)
    inquiry = _found(asked)
    if inquiry is None:
        raise _failed(doors if _is_code(asked.code) else doors[:1], address, now)
    doors[1].forget()
    return inquiry


def _found(asked: Asked) -> Inquiry | None:
    rows = Inquiry.objects.select_related("ticket", "person", "source")
    inquiry = rows.filter(lookup_code=asked.code).first() if _is_code(asked.code) else None
    if inquiry is None:
        return None
    party = inquiry.person.party() if inquiry.person else Party()
    told = [number[-DIGITS:] for number in (party.phone, party.incoming_phone) if len(number) >= DIGITS]
    fits = [hmac.compare_digest(asked.digits.encode(), each.encode()) for each in told]
    # Who left no number has nothing but the code, which alone cannot be guessed.
    return inquiry if any(fits) or (not told and not asked.digits) else None


def _failed(doors: tuple[Door, ...], address: str, now: datetime) -> UnableToLookUp:
    locks = [until for door in doors if (until := door.fail(now))]
    if not locks:
        zh = "查询码或电话号码后四位不正确，请对照回执再输一次。"
        return UnableToLookUp("wrong", zh, "The code or the four digits are not right: compare them with your receipt.")
    ledger.record(chain_name=CHAIN, action="locked_out", actor=NOBODY, now=now, refs={"address": address})
    return _locked(max(locks), now)


def _locked(until: datetime, now: datetime) -> UnableToLookUp:
    minutes = max(1, -(-int((until - now).total_seconds()) // 60))
    zh = f"输错次数过多，请{minutes}分钟后再试，或拨打热线查询。"
    return UnableToLookUp("locked", zh, f"Too many wrong tries: try again in {minutes} minutes, or ask by telephone.")


def _is_code(code: str) -> bool:
    return len(code) == CODE and not set(code) - set(ALPHABET)


def _plain(typed: str) -> str:
    narrow = "".join(chr(ord(sign) - 0xFEE0) if "！" <= sign <= "～" else sign for sign in typed)
    return re.sub(r"[\s\-－—·]", "", narrow)
