"""How are an application's fields and reasons called?"""

from __future__ import annotations

from typing import Any

from portal.core.language import _l
from portal.domain.applications.models import RefuseReason

LABELS: dict[str, Any] = {
    "company": _l("Company"),
    "website": _l("Website"),
    "country": _l("Country"),
    "region": _l("Region or state"),
    "city": _l("City"),
    "types": _l("What kind of partner do you want to be?"),
    "products": _l("Which products interest you?"),
    "business": _l("What does your company do?"),
    "people": _l("How many people work there?"),
    "contact_name": _l("Your name"),
    "contact_email": _l("Your e-mail at work"),
    "contact_phone": _l("Your phone"),
    "language": _l("Language in which we write to you"),
}

REASON_WORDS = {
    RefuseReason.NO_FIT: _l("The programme does not fit what the company does"),
    RefuseReason.NO_NEED: _l("There are partners enough in the region at present"),
    RefuseReason.NOT_ENOUGH: _l("We could not learn enough about the company"),
    RefuseReason.OTHER: _l("Another reason"),
}

EVIDENCE_WORDS = {
    "domain": (_l("same website"), _l("other website")),
    "company": (_l("same name"), _l("other name")),
    "country": (_l("same country"), _l("other country")),
}
