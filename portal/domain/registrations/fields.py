"""Which fields of a registration do partners read?"""

from portal.core.fields import always, declare_fields, never, setting
from portal.core.language import _l
from portal.core.workflow import VENDOR
from portal.domain.attachments.models import Attachment
from portal.domain.notes.models import Note
from portal.domain.registrations.content import labels_for
from portal.domain.registrations.models import (
    FILES,
    Question,
    Receipt,
    Registration,
    RegistrationActivity,
    RegistrationMatch,
    RegistrationProduct,
)

_typed = _l("partners fill it in, check it before they send it, and answer when we ask about it")
_R = Registration
# Where the answers to the form's questions stand.
_COLUMNS = {
    "website": (_R.website, _R.has_no_website, _R.domain),
    "country": (_R.country,),
    "products": (RegistrationProduct.product_id,),
    "value": (_R.value_minor,),
    "activities": (RegistrationActivity.kind, RegistrationActivity.on, _R.other_activity),
    FILES: (Attachment.name,),
}

declare_fields(
    "registration",
    _l("Registrations"),
    "DR",
    *(
        always(name, label, _typed, *_COLUMNS.get(name, (getattr(_R, name, None),)))
        for name, label in labels_for(VENDOR).items()
    ),
    always(
        "consent",
        _l("The customer knows"),
        _l("partners confirm it themselves"),
        _R.consent_at,
        _R.consent_words,
    ),
    always(
        "status",
        _l("State"),
        _l("partners have to know whose turn it is"),
        _R.status,
        _R.submitted_at,
        _R.decided_at,
    ),
    always(
        "questions",
        _l("Questions and answers"),
        _l("partners answer them"),
        Question.comment,
        Question.reply,
    ),
    always(
        "answer_by",
        _l("By when the partner answers"),
        _l("partners have to know by when it is their turn"),
    ),
    always(
        "reason",
        _l("Why it was not approved"),
        _l("whoever is refused has to read why"),
        _R.reason_code,
        _R.reason_text,
    ),
    always(
        "receipt",
        _l("Receipt"),
        _l("it proves to partners when they sent it"),
        Receipt.reference,
        Receipt.at,
    ),
    always(
        "owner",
        _l("Owner"),
        _l("colleagues have to know whose registration it is"),
        _R.owner_id,
        _R.organisation_id,
    ),
    setting(
        "reviewer",
        _l("Who of us reviews and decides"),
        _l("In the history, the log and mails, by first name; otherwise they name our company"),
    ),
    setting(
        "decision_target",
        _l("By when we look at it and decide"),
        _l("On home and on the registration’s page, while it is our turn"),
    ),
    never(
        "matches",
        _l("Possible matches"),
        _l("they tell of other partners’ customers"),
        RegistrationMatch.company,
        RegistrationMatch.organisation_name,
        RegistrationMatch.domain,
        RegistrationMatch.place,
    ),
    never(
        "notes",
        _l("Notes for our own side"),
        _l("they are what our people tell each other"),
        Note.text,
    ),
)
