"""Which files a notice becomes: list, letter or both, with its photos, its corrections, re-inspections and withdrawal."""

from __future__ import annotations

from datetime import date

from .packages import Notice, photo
from .packages_docx import notice_letter, withdrawal
from .packages_xlsx import problem_list


def files_of(notice: Notice, *, paper: str = "", big_photo: int = 0) -> dict[str, bytes]:
    """Path in the inbox -> bytes, in the order they are put. ``paper``: list, both, table, paragraphs; '' follows the layout."""
    paper = paper or ("list", "both", "list", "list", "table")[notice.layout % 5]
    files = {
        f"{notice.base}/{name}": photo(f"{notice.number}/{name}", big_photo)
        for problem in notice.problems
        for name in problem.photos
    }
    if paper in ("list", "both"):
        files[f"{notice.base}.xlsx"] = problem_list(notice)
    if paper != "list":
        files[f"{notice.base}.docx"] = notice_letter(notice, table=paper != "paragraphs", problems=paper != "both")
    return files


def withdrawal_files(notice: Notice, base: str, number: str, issued: date) -> dict[str, bytes]:
    """The package ``base`` whose letter, numbered ``number``, withdraws ``notice``."""
    return {f"{base}.docx": withdrawal(number, notice.number, notice.office, issued)}
