"""What stands where a number is expected is a number or nothing: no digit of another script, no length breaks a page."""

from __future__ import annotations

import pytest

from hotline.wording import whole
from tests.hotline.bureau import Bureau, Desk

STRANGE = ("²", "١٢", "9" * 40, "-1", "1e3", " ", "%00")


def test_a_whole_number_is_one_of_ascii_digits_and_of_a_size_to_look_up() -> None:
    assert [whole(text) for text in ("0", "42", "9" * 18)] == [0, 42, 10**18 - 1]
    assert [whole(text) for text in STRANGE] == [None] * len(STRANGE)


@pytest.mark.parametrize("text", STRANGE)
def test_no_page_breaks_on_a_strange_number(bureau: Bureau, text: str) -> None:
    office, security = Desk(bureau.people["dispatcher"]), Desk(bureau.people["sysadmin"])
    answers = [
        office.get("/rules/simulation/", policy=text, section=text, proposal=text),
        office.get("/rules/calendar/", year=text),
        office.get("/board/forecast/tickets/", section=text),
        office.get("/intake/", call=text),
        security.get("/setup/people/", page=text),
        security.get("/setup/sections/", page=text),
        office.client.post("/tray/", {"notice": [text]}),
        office.client.post("/unsent/", {"drop": text}),
        office.client.post("/me/sessions/", {"session": text}),
        office.client.post("/platforms/letters/replay/", {"record": [text], "message": [text]}),
    ]
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
