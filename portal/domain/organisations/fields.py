"""Which fields of their own company do partners read?"""

from portal.core.fields import always, declare_fields, never, setting
from portal.core.language import _l
from portal.domain.organisations.content import LABELS
from portal.domain.organisations.models import Organisation
from portal.domain.products.models import OrganisationProduct

_O = Organisation
_own = _l("it is what their own people say of the company")
_offered = _l("the form for registering a deal is made after it")

declare_fields(
    "organisation",
    _l("Companies"),
    "OR",
    always("name", LABELS["name"], _l("people have to know for whom they act"), _O.name),
    always("reference", _l("Reference"), _l("it names the company to us"), _O.reference),
    always("status", _l("State"), _l("it decides what their people may do"), _O.status, _O.side),
    always("types", LABELS["types"], _l("it decides which work the portal offers"), _O.types),
    always("countries", LABELS["countries"], _offered, _O.countries),
    always("products", LABELS["products"], _offered, OrganisationProduct.product_id),
    always("domains", LABELS["domains"], _l("no customer can have one of these"), _O.domains),
    always("company_email", LABELS["company_email"], _own, _O.contact_email),
    always("company_phone", LABELS["company_phone"], _own, _O.contact_phone),
    setting("tier", LABELS["tier"], _l("On the page of the company and in its history"), _O.tier),
    setting(
        "account_manager",
        LABELS["account_manager"],
        _l("On the page of the company, by name and e-mail address"),
    ),
    setting(
        "dates",
        _l("Status since"),
        _l("On the page of the company"),
        _O.invited_at,
        _O.onboarding_at,
        _O.active_at,
        _O.suspended_at,
        _O.ended_at,
    ),
    never("reason", _l("Why the status changed"), _l("it is written for our own side")),
    never("sign_in", _l("How their people sign in"), _l("our security administrator decides it")),
)
