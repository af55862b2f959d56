"""What a notice says, whatever file it came in; and why a file is none."""

from __future__ import annotations

from dataclasses import dataclass

from tickets.domain.edition import DayRow, HoursRow


@dataclass(frozen=True, slots=True)
class Fault:
    """Where in the file something cannot be, and what to do about it, in both languages."""

    where: str
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.where}：{self.zh} / {self.en}" if self.where else f"{self.zh} / {self.en}"


class BadNotice(Exception):
    """A file that is refused as a whole; ``faults`` names every one that was found."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults
        self.zh = "；".join(f"{fault.where}：{fault.zh}" if fault.where else fault.zh for fault in faults)
        self.en = "; ".join(f"{fault.where}: {fault.en}" if fault.where else fault.en for fault in faults)


@dataclass(frozen=True, slots=True)
class Notice:
    """``year``: whose table it is; None for a local order about single days. All its days carry its document and issuer."""

    document: str
    issuer: str
    year: int | None
    announced: bool
    days: tuple[DayRow, ...]
    hours: tuple[HoursRow, ...] = ()
