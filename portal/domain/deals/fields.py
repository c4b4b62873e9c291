"""Which fields of a deal do partners read?"""

from portal.core.fields import always, declare_fields, never, setting
from portal.core.language import _l
from portal.domain.deals.models import Deal, DealAssessment, DealProduct
from portal.domain.notes.models import Note

_theirs = _l("partners work the deal with what they keep in it themselves")
_calls = _l("whoever works the deal calls the customer")
_inside = _l("it is how our own side judges the deal")

declare_fields(
    "deal",
    _l("Deals"),
    "DL",
    always(
        "company",
        _l("Customer"),
        _l("every list, page and mail names the deal by its customer"),
        Deal.company,
        Deal.domain,
        Deal.reference,
    ),
    always(
        "place",
        _l("Place"),
        _l("customers of the same name are told apart by it"),
        Deal.country,
        Deal.region,
        Deal.city,
    ),
    always("contact", _l("Contact"), _calls, Deal.contact_name),
    always("contact_email", _l("Contact e-mail"), _calls, Deal.contact_email),
    always("contact_phone", _l("Contact phone"), _calls, Deal.contact_phone),
    always("stage", _l("Stage"), _l("partners move the deal from stage to stage"), Deal.stage),
    always(
        "loss_reason",
        _l("Why it was lost"),
        _l("partners give the reason when they close it"),
        Deal.loss_reason,
    ),
    always(
        "amount",
        _l("Amount"),
        _l("partners keep it up to date, and closing as won asks whether it is right"),
        Deal.amount_minor,
        Deal.currency,
    ),
    always(
        "products",
        _l("Products"),
        _l("the customer is protected for these"),
        DealProduct.product_id,
    ),
    always("own_reference", _l("Partner’s reference"), _theirs, Deal.own_reference),
    always("next_step", _l("Next step"), _theirs, Deal.next_step, Deal.next_step_on),
    always(
        "protected_until",
        _l("Protected until"),
        _l("partners rely on the day until which the customer is theirs"),
        Deal.protected_until,
    ),
    always(
        "owner",
        _l("Owner"),
        _l("colleagues have to know whose deal it is"),
        Deal.owner_id,
        Deal.organisation_id,
    ),
    setting(
        "close_on",
        _l("Expected close date"),
        _l("On the deal’s page and form, in its history, in lists and files"),
        Deal.close_on,
    ),
    setting(
        "probability",
        _l("Probability"),
        _l("On the deal’s page and in files, worked out from the stage"),
        is_shown=False,
    ),
    setting(
        "vendor_owner",
        _l("Who of us works on it"),
        _l("On the deal’s page and in files, by first name"),
        is_shown=False,
    ),
    never("margin", _l("Margin"), _inside, DealAssessment.margin),
    never("score", _l("Score"), _inside, DealAssessment.score),
    never("risk", _l("Risk"), _inside, DealAssessment.risk),
    never(
        "notes",
        _l("Notes for our own side"),
        _l("they are what our people tell each other"),
        Note.text,
    ),
)
