"""What does a mail about an event say?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.core.language import _l
from portal.domain.access_reviews.events import E as A
from portal.domain.applications.events import E as B
from portal.domain.deals.events import E as D
from portal.domain.notifications.library import LIBRARY_WORDS
from portal.domain.notifications.onboarding import ONBOARDING_WORDS
from portal.domain.people import access_requests, email_changes, invitations
from portal.domain.reassigning.events import E as H
from portal.domain.registrations.events import E as R
from portal.domain.shares.events import E as S

_SHARED = _l(
    "You get this because somebody shared %(reference)s with you at %(organisation)s. The "
    "link opens once you are signed in, for as long as it is shared."
)
# Why somebody gets the mail, where that is not because of their own work on the record.
FOOTERS = {S.MAKE: _SHARED, S.CHANGE: _SHARED}
# tag -> (subject, first sentence, what the link does); filled with what the record names, who did
# it, the vendor and the recipient's organisation.
WORDS: Mapping[Any, tuple[Any, Any, Any]] = {
    **LIBRARY_WORDS,
    **ONBOARDING_WORDS,
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
    R.REASSIGN: (
        _l("Yours now: %(company)s"),
        _l("%(who)s gave you the registration of %(company)s."),
        _l("See it"),
    ),
    R.REASSIGN_DRAFT: (
        _l("A draft for you: %(company)s"),
        _l("%(who)s gave you a draft. Finish it and send it, or throw it away."),
        _l("Go on with it"),
    ),
    R.HAND_OVER: (
        _l("Yours to review: %(company)s"),
        _l("%(who)s handed you the review of %(company)s."),
        _l("Go on with the review"),
    ),
    B.HAND_OVER: (
        _l("Yours to review: %(company)s"),
        _l("%(who)s handed you the application of %(company)s to become a partner."),
        _l("Go on with the review"),
    ),
    D.REASSIGN: (
        _l("Yours now: %(company)s"),
        _l("%(who)s gave you the deal with %(company)s."),
        _l("See the deal"),
    ),
    D.ASSIGN: (
        _l("A deal for you: %(company)s"),
        _l("%(who)s asks you to work on the deal with %(company)s for %(vendor)s."),
        _l("See the deal"),
    ),
    H.TAKE_OVER: (
        _l("You have taken over from a colleague"),
        _l(
            "%(who)s gave you everything that a colleague had open. Deals: %(deals)s. "
            "Registrations and drafts: %(registrations)s."
        ),
        _l("See what is next"),
    ),
    H.HAND_OVER: (
        _l("A colleague has taken over from you"),
        _l(
            "%(who)s gave a colleague everything that you had open. Deals: %(deals)s. "
            "Registrations and drafts: %(registrations)s."
        ),
        _l("See what is next"),
    ),
    D.WIN: (_l("Won: %(company)s"), _l("%(who)s won %(company)s."), _l("See the deal")),
    D.LOSE: (_l("Lost: %(company)s"), _l("%(who)s lost %(company)s."), _l("See the deal")),
    S.MAKE: (
        _l("Shared with you: %(reference)s"),
        _l("%(who)s shared %(reference)s with you."),
        _l("See it"),
    ),
    S.CHANGE: (
        _l("Shared with you otherwise: %(reference)s"),
        _l(
            "%(who)s changed what you may do with %(reference)s, or until when. Its page says how "
            "it is shared with you now."
        ),
        _l("See it"),
    ),
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
    B.APPLY: (
        _l("Confirm your application to %(vendor)s"),
        _l(
            "Somebody applied with this address for %(company)s to become a partner of "
            "%(vendor)s. Nobody reads it before you confirm it; after three days it is deleted."
        ),
        _l("Confirm the application"),
    ),
    B.CONFIRM: (
        _l("%(company)s wants to become a partner"),
        _l("%(company)s applied to become a partner, and confirmed the address."),
        _l("Review it"),
    ),
    B.ASK: (
        _l("A question about your application to %(vendor)s"),
        _l(
            "%(vendor)s has a question about the application of %(company)s, and waits for your "
            "answer until %(date)s: %(question)s"
        ),
        _l("Answer"),
    ),
    B.REMIND: (
        _l("Reminder: a question about your application to %(vendor)s"),
        _l(
            "%(vendor)s still waits for your answer about %(company)s. Without one the "
            "application ends on %(date)s. The question: %(question)s"
        ),
        _l("Answer"),
    ),
    B.EXPIRE: (
        _l("Your application to %(vendor)s has ended"),
        _l(
            "%(vendor)s asked about the application of %(company)s and got no answer in time, so "
            "it has ended. You are welcome to apply anew."
        ),
        _l("Apply anew"),
    ),
    B.ANSWER: (
        _l("Answered: the application of %(company)s"),
        _l("The applicant of %(company)s answered your question."),
        _l("Go on with the review"),
    ),
    B.REJECT: (
        _l("Your application to %(vendor)s"),
        _l("%(vendor)s did not approve the application of %(company)s. %(reason_text)s"),
        _l("See your application"),
    ),
    B.PASS_ON: (
        _l("Your application to %(vendor)s"),
        _l(
            "%(company)s is a partner of %(vendor)s already. Your colleagues who decide who comes "
            "in have been asked, and you get a mail when they have decided."
        ),
        _l("See your application"),
    ),
    invitations.SEND: (
        _l("%(who)s invites you to the partner portal of %(vendor)s"),
        _l("%(who)s invites you to work for %(organisation)s in the partner portal of %(vendor)s."),
        _l("Accept the invitation"),
    ),
}

# The same to whoever had it before, who may know no more of it than its reference.
WORDS_FOR_FORMER = {
    R.REASSIGN: (
        _l("%(reference)s is with a colleague now"),
        _l("%(who)s gave the registration %(reference)s to a colleague of yours."),
        _l("See what is next"),
    ),
    R.REASSIGN_DRAFT: (
        _l("%(reference)s is with a colleague now"),
        _l("%(who)s gave the draft %(reference)s to a colleague of yours."),
        _l("See what is next"),
    ),
    R.HAND_OVER: (
        _l("%(reference)s is with another reviewer now"),
        _l("%(who)s handed the review of %(reference)s to somebody else."),
        _l("See what is next"),
    ),
    B.HAND_OVER: (
        _l("%(reference)s is with another reviewer now"),
        _l("%(who)s handed the review of the application %(reference)s to somebody else."),
        _l("See what is next"),
    ),
    D.REASSIGN: (
        _l("%(reference)s is with a colleague now"),
        _l("%(who)s gave the deal %(reference)s to a colleague of yours."),
        _l("See what is next"),
    ),
    D.ASSIGN: (
        _l("%(reference)s needs you no more"),
        _l("%(who)s changed who works on the deal %(reference)s for %(vendor)s."),
        _l("See what is next"),
    ),
}
