"""What does a mail about an event say?"""

from __future__ import annotations

from portal.core.language import _l
from portal.domain.deals.events import E as D
from portal.domain.people import access_requests, email_changes, invitations
from portal.domain.registrations.events import E as R

# tag -> (subject, first sentence, what the link does); filled with what the record names, who did
# it, the vendor and the recipient's organisation.
WORDS = {
    R.SUBMIT: (
        _l("To review: %(company)s"),
        _l("%(who)s registered %(company)s."),
        _l("Review it"),
    ),
    R.ANSWER: (
        _l("Answered: %(company)s"),
        _l("%(who)s answered your questions about %(company)s."),
        _l("Go on with the review"),
    ),
    R.WITHDRAW: (
        _l("Withdrawn: %(company)s"),
        _l("%(who)s withdrew the registration of %(company)s. Nothing is left to decide."),
        _l("See it"),
    ),
    R.ASK: (
        _l("A question about %(company)s"),
        _l("%(who)s needs some information before deciding on %(company)s."),
        _l("Answer"),
    ),
    R.APPROVE: (
        _l("Approved: %(company)s"),
        _l("%(who)s approved your registration of %(company)s. The deal is in your pipeline."),
        _l("See it"),
    ),
    R.REJECT: (
        _l("Not approved: %(company)s"),
        _l("%(who)s did not approve your registration of %(company)s. The reason is on its page."),
        _l("Read the reason"),
    ),
    D.WIN: (_l("Won: %(company)s"), _l("%(who)s won %(company)s."), _l("See the deal")),
    D.LOSE: (_l("Lost: %(company)s"), _l("%(who)s lost %(company)s."), _l("See the deal")),
    access_requests.ASK: (
        _l("%(name)s asks for access"),
        _l(
            "%(name)s (%(email)s) signed in and asks for access to the partner portal of "
            "%(vendor)s. Look whether you know the person before you invite them."
        ),
        _l("Decide"),
    ),
    access_requests.DECLINE: (
        _l("Your request for access to the partner portal of %(vendor)s"),
        _l("You asked for access to the partner portal of %(vendor)s. It was declined. %(answer)s"),
        _l("Sign in again"),
    ),
    email_changes.ASK: (
        _l("Confirm your new e-mail address"),
        _l(
            "You asked to be written to at %(new_email)s from now on. Confirm that this address "
            "is yours."
        ),
        _l("Confirm the address"),
    ),
    email_changes.CONFIRM: (
        _l("Your e-mail address has changed"),
        _l(
            "From now on %(vendor)s writes to you at another address. If it was not you who "
            "asked for that, tell your administrator at once."
        ),
        _l("See your account"),
    ),
    invitations.SEND: (
        _l("%(who)s invites you to the partner portal of %(vendor)s"),
        _l("%(who)s invites you to work for %(organisation)s in the partner portal of %(vendor)s."),
        _l("Accept the invitation"),
    ),
}
