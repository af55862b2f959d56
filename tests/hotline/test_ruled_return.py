"""科室退单 after a refusal: the button stays in sight with its reason, in whichever language the page is read."""

from __future__ import annotations

import pytest
from django.utils import translation

from hotline.telling.matter import Telling
from hotline.web import buttons
from hotline.wording import pair
from tests.hotline.bodies import REASON
from tests.hotline.bureau import Bureau
from tests.hotline.lived import again, signed
from tickets import clock
from tickets.actions import handling
from tickets.domain.states import Action
from tickets.domain.words import ReturnReason


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_ruled_return_is_near_with_its_reason(bureau: Bureau, language: str) -> None:
    ticket = signed(bureau)
    handler, office = bureau.actor("handler"), bureau.actor("dispatcher")
    code = ReturnReason.OTHER.value
    handling.ask_section_return(ticket=ticket, actor=handler, now=clock.now(), code=code, reason=REASON)
    handling.refuse_section_return(ticket=again(ticket), actor=office, now=clock.now(), opinion=REASON)
    with translation.override(language):
        made = buttons.of(Telling(again(ticket), handler).open(), writes_reply=True)
        found = next(each for each in made.near if each.action is Action.ASK_SECTION_RETURN)
        assert (found.is_possible, found.reason) == (False, pair(*handling.RETURN_USED))
