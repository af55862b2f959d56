"""How far the bureau is set up: what there is, and what is still missing."""

from __future__ import annotations

from django.http import HttpResponse

from hotline.telling import installation

from ..visit import Visit
from ..visit import page as desk_page
from .tabs import page


@desk_page("page.setup")
def overview(visit: Visit) -> HttpResponse:
    """Counts, the three who keep watch, and the gaps with whose they are to mend."""
    return page(visit, "overview.html", {"standing": installation.look(visit.now)})
