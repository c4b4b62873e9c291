"""What does the mail of a delivery say, built from the record as it stands now?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, cast
from urllib.parse import urlsplit

from flask import current_app, g, render_template
from flask_babel import refresh
from sqlalchemy import select

from portal.core import anchors
from portal.core.access import visible
from portal.core.database import db
from portal.core.events import canonical_time, kind_of
from portal.core.language import N_, _, _l, show_date
from portal.core.net import acting_as
from portal.core.outbox import Delivery, Drop, Park
from portal.domain.applications.applying import token_of
from portal.domain.applications.events import E as B
from portal.domain.applications.models import Application
from portal.domain.assets.copies import RECALLS, copy_of
from portal.domain.notifications.wording import FOOTERS, WORDS, WORDS_FOR_FORMER
from portal.domain.people.access_requests import DECLINE
from portal.domain.people.actor import MemberActor, actor_of_membership
from portal.domain.people.models import AccessRequest, Membership
from portal.domain.timeline.sentences import who_of
from portal.integrations.mail.nouns import RECALLED, WORKED_ON_IT, noun_of


def message_id(delivery: Delivery) -> str:
    """Return the Message-ID made from the delivery: the same at every try."""
    host = urlsplit(current_app.config["PORTAL_URL"]).hostname or "localhost"
    return f"<{delivery.key}@{host}>"


def write_letter(delivery: Delivery) -> EmailMessage:
    """Return the mail of ``delivery`` in the recipient's language. Call in system mode.

    Raises Drop when the recipient may no longer see the record, Park without an address.
    """
    if delivery.recipient_id is None:
        return _letter_to_nobody(delivery)
    recipient = actor_of_membership(delivery.recipient_id)
    if recipient is None:
        raise Drop(N_("the recipient has no access any more"))
    if not recipient.email:
        raise Park(N_("the recipient has no e-mail address"))
    event = delivery.event
    words = WORDS.get(cast(Any, event.tag))
    if words is None or kind_of(event.tag) is None:
        raise Drop(N_("nobody is told of this any more"))
    if _is_former(delivery):
        return _letter(delivery, recipient, WORDS_FOR_FORMER[cast(Any, event.tag)], WORKED_ON_IT)
    if event.tag in RECALLS:
        return _recalling_letter(delivery, recipient, words)
    return _letter_about_record(delivery, recipient, words)


def _letter_about_record(
    delivery: Delivery, recipient: MemberActor, words: Sequence[Any]
) -> EmailMessage:
    """Return the mail to whoever sees the record, built from it as it stands now."""
    event = delivery.event
    noun = noun_of(event.chain)
    with acting_as(recipient):
        query = visible(noun.model, recipient).where(noun.is_of(event.chain))
        record = db.session.scalar(query)
        if record is None:
            raise Drop(N_("the recipient may no longer see the record"))
        if not noun.is_current(record):
            raise Drop(N_("there is nothing to tell any more"))
        named, path = noun.names(record), noun.path(record, recipient)
        address = noun.to(record, recipient)
    return _letter(delivery, recipient, words, noun.footer, named, path, address)


def _letter_to_nobody(delivery: Delivery) -> EmailMessage:
    """Return the mail to whoever is nobody here, and has an address all the same."""
    write = _TO_NOBODY.get(delivery.event.tag)
    if write is None:
        raise Drop(N_("nobody is told of this any more"))
    return write(delivery)


def _recalling_letter(
    delivery: Delivery, recipient: MemberActor, words: Sequence[Any]
) -> EmailMessage:
    """Return the mail to whoever took along what they may not have any more.

    It says what they know already: what their copy is called, and why it is called back.
    """
    with acting_as(recipient):
        copy = copy_of(db.session(), delivery.event.chain, recipient)
    if copy is None:
        raise Drop(N_("there is nothing to tell any more"))
    named = {
        "title": copy.title_in(recipient.language[:2]),
        "number": copy.number,
        "reason": copy.recall_reason,
    }
    return _letter(delivery, recipient, words, RECALLED, named, "/assets/copies")


def _is_former(delivery: Delivery) -> bool:
    """Tell whether the recipient is who had the record before, and may not see it any more."""
    event = delivery.event
    if event.tag not in WORDS_FOR_FORMER:
        return False
    query = select(Membership.reference).where(Membership.id == delivery.recipient_id)
    return bool(event.particulars["left"]) and db.session.scalar(query) == event.particulars["left"]


def _letter(
    delivery: Delivery,
    recipient: MemberActor,
    words: Sequence[Any],
    footer: Any,
    named: Mapping[str, Any] | None = None,
    path: str = "/",
    address: str = "",
) -> EmailMessage:
    """Return the mail in ``words`` (subject, sentence, what the link does), leading to ``path``.

    ``named`` is what the words may name of the record.
    """
    event = delivery.event
    g.language, g.timezone = recipient.language, recipient.timezone
    refresh()
    values = {
        **event.particulars,
        **(named or {}),
        "who": who_of(event, recipient, current_app.config["VENDOR_SHORT_NAME"]),
        "vendor": current_app.config["VENDOR_NAME"],
        "reference": event.chain,
        "organisation": recipient.organisation_name,
    }
    about = FOOTERS.get(cast(Any, event.tag), footer)
    return _written(delivery, recipient, address, words, values, path, about)


@dataclass(frozen=True)
class _Stranger:
    """Somebody who is nobody here, as a mail addresses them."""

    name: str
    language: str

    @property
    def first_name(self) -> str:
        """Return the name by which a colleague greets them."""
        return self.name.split(" ", 1)[0]


def _declined_letter(delivery: Delivery) -> EmailMessage:
    """Return the answer to somebody who asked for access and was declined."""
    query = select(AccessRequest).where(AccessRequest.reference == delivery.event.chain)
    asked = db.session.scalar(query)
    if asked is None:
        raise Drop(N_("there is nothing to tell any more"))
    g.language, g.timezone = asked.language, ""
    refresh()
    values = {"vendor": current_app.config["VENDOR_NAME"], "answer": asked.answer}
    stranger = _Stranger(asked.name or asked.email, asked.language)
    footer = _l(
        "You get this because somebody who signed in with this address asked for access. If it "
        "was not you, you need not do anything."
    )
    words = WORDS[cast(Any, DECLINE)]
    return _written(delivery, stranger, asked.email, words, values, "/sign-in", footer)


def _applicant_letter(delivery: Delivery) -> EmailMessage:
    """Return the mail to a company's applicant, who is nobody here; its link is their own."""
    query = select(Application).where(Application.reference == delivery.event.chain)
    application = db.session.scalar(query)
    if application is None or application.status != delivery.event.to_state:
        raise Drop(N_("there is nothing to tell any more"))
    g.language, g.timezone = application.language, ""
    refresh()
    values = {
        "vendor": current_app.config["VENDOR_NAME"],
        "company": application.company,
        "question": application.question,
        "date": show_date(application.next_by) if application.next_by else "",
        "reason_text": application.reason_text,
    }
    stranger = _Stranger(application.contact_name, application.language)
    footer = _l(
        "You get this because somebody applied with this address. The link is for you alone: "
        "whoever has it can answer for the application."
    )
    path = f"/partner-application/{token_of(application)}"
    words = WORDS[cast(Any, delivery.event.tag)]
    return _written(delivery, stranger, application.contact_email, words, values, path, footer)


def _written(
    delivery: Delivery,
    recipient: Any,
    address: str,
    words: Sequence[Any],
    values: dict[str, Any],
    path: str,
    footer: Any,
) -> EmailMessage:
    """Return the mail with its words filled in, in the present language."""
    subject, sentence, link = ((str(text) % values).strip() for text in words)
    context = {
        "recipient": recipient,
        "subject": subject,
        "sentence": sentence,
        "link": link,
        "url": current_app.config["PORTAL_URL"].rstrip("/") + path,
        "footer": str(footer) % values,
        "language": recipient.language,
    }
    letter = EmailMessage()
    letter["Subject"] = " ".join(subject.split())
    letter["From"] = current_app.config["MAIL_FROM"]
    letter["To"] = Address(recipient.name, addr_spec=address or recipient.email)
    letter["Message-ID"] = message_id(delivery)
    letter["Date"] = format_datetime(delivery.made_at)
    letter["Auto-Submitted"] = "auto-generated"
    # Plain text is not markup: what the templates' own "_" would escape stays as it is.
    letter.set_content(render_template("mail/letter.txt", _=_, **context))
    letter.add_alternative(render_template("mail/letter.html", **context), subtype="html")
    return letter


def _anchor_letter(delivery: Delivery) -> EmailMessage:
    """Return the mail that keeps an anchor outside the portal; it holds a hash and no more."""
    address = current_app.config["ANCHOR_MAIL"]
    if not address:
        raise Drop(N_("nobody is told of this any more"))
    event, vendor = delivery.event, current_app.config["PORTAL_NAME"]
    moment = canonical_time(event.at)
    letter = EmailMessage()
    letter["Subject"] = f"{vendor}: {moment[:10]} {event.particulars['hash'][:16]}"
    letter["From"] = current_app.config["MAIL_FROM"]
    letter["To"] = address
    letter["Message-ID"] = message_id(delivery)
    letter["Date"] = format_datetime(delivery.made_at)
    letter["Auto-Submitted"] = "auto-generated"
    sentence = _(
        "At %(moment)s this was the hash over the last events of all %(num)s histories:",
        moment=moment,
        num=event.particulars["chains"],
    )
    advice = _(
        "Keep this mail. A history that was changed later does not lead to this hash any more; "
        "“flask audit verify” says which one."
    )
    letter.set_content(f"{sentence}\n\n{event.particulars['hash']}\n\n{advice}\n")
    return letter


_TO_NOBODY: dict[str, Callable[[Delivery], EmailMessage]] = {
    anchors.TAG: _anchor_letter,
    DECLINE: _declined_letter,
    **dict.fromkeys((B.APPLY, B.ASK, B.EXPIRE, B.PASS_ON, B.REJECT, B.REMIND), _applicant_letter),
}


def kept_letter(delivery: Delivery) -> EmailMessage | None:
    """Return the letter as it would leave now, for the outbox page; None when none would."""
    try:
        return write_letter(delivery)
    except (Drop, Park):
        return None
