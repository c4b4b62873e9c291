"""What does a mail about an event say?"""

from __future__ import annotations

from portal.core.language import _l
from portal.domain.access_reviews.events import E as A
from portal.domain.deals.events import E as D
from portal.domain.people import email_changes, invitations
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
    A.OPEN: (
        _l("Who at %(company)s still needs access?"),
        _l(
            "Once a month somebody at %(company)s looks at who still needs the portal. People to "
            "look at this time: %(count)s. Whoever is not looked at within %(days)s days sees "
            "only their own records from then on."
        ),
        _l("Look at them"),
    ),
    A.REMIND: (
        _l("Reminder: who at %(company)s still needs access?"),
        _l(
            "Nobody has answered yet who at %(company)s still needs the portal. Whoever is not "
            "looked at in time sees only their own records from then on."
        ),
        _l("Look at them"),
    ),
    A.ANSWER: (
        _l("Access review answered: %(company)s"),
        _l("%(who)s has looked at who needs access at %(company)s. Look once more and sign."),
        _l("Look at it and sign"),
    ),
    A.HAND_OVER: (
        _l("Access review to look at: %(company)s"),
        _l("The access review of %(company)s is with you now. People to look at: %(count)s."),
        _l("Look at it and sign"),
    ),
    invitations.SEND: (
        _l("%(who)s invites you to the partner portal of %(vendor)s"),
        _l("%(who)s invites you to work for %(organisation)s in the partner portal of %(vendor)s."),
        _l("Accept the invitation"),
    ),
}
