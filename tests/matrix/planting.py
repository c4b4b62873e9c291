"""Which records were made for the matrix, so that each relation has one in each state?"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.changes import Changed
from portal.core.events import record_event
from portal.core.keeping import KeptFile
from portal.core.times import at, now
from portal.demo_personas import (
    COBALT,
    HARBOUR,
    LAKESIDE,
    MAPLE,
    MERIDIAN,
    NORTHWIND,
    PERSONAS,
)
from portal.domain.access_reviews.clock import open_review, present_month
from portal.domain.access_reviews.models import AccessReview, Decision
from portal.domain.access_reviews.operations import decide
from portal.domain.applications.models import Application, ApplicationMatch
from portal.domain.applications.models import Status as Applied
from portal.domain.applications.workflow import APPLICATION
from portal.domain.assets import operations
from portal.domain.assets.audience import audience_like
from portal.domain.assets.copies import note_taking
from portal.domain.assets.models import AssetFavourite, AssetVersion, Facet, Kind
from portal.domain.assets.models import Status as Versioned
from portal.domain.deals.models import Deal, Stage
from portal.domain.organisations.events import E
from portal.domain.organisations.models import Organisation, Side
from portal.domain.organisations.operations import add_organisation
from portal.domain.people.actor import MemberActor, actor_from
from portal.domain.people.email_changes import ask_for_email
from portal.domain.people.invitations import send_invitation
from portal.domain.people.models import (
    AccessRequest,
    InvitationList,
    Membership,
    Reach,
    Role,
    UserIdentity,
    Viewing,
)
from portal.domain.people.operations import add_membership, bind_identity
from portal.domain.products.models import OrganisationProduct, Product
from portal.domain.registrations.models import Registration, Status
from portal.domain.shares.models import Level, Share
from portal.domain.shares.operations import end_of, revoke, share
from tests.domain.assets.writing import bring
from tests.matrix.records import deal_of, device_of, file_of, registration_of, typed_text
from tests.matrix.taken_on import plant_taken_on

STAFF = tuple(one.short for one in PERSONAS if one.organisation == MERIDIAN)
PARTNERS = tuple(one for one in PERSONAS if one.short not in STAFF)
EXTRA = "cole"
"""A seller of Northwind who sees the whole company: inside the scope, without the right to work."""
HOLDER, LAPSED = "hana", "lars"
"""Sellers of Lakeside: with one, records of Northwind are shared; with the other they were."""
LENT = {"lent": "lent to read", "handed": "lent to work on"}
"""The relations of what is shared with them, or was."""
SUMMIT = "OR-5VMM1TXX"
"""Above which no organisation stands, and below which any can come to stand."""
TOPIC = "AF-5VMM1TXX"
"""Under which the planted assets stand."""
INVITED, DEACTIVATED = "invited", "deactivated"
OPEN, WON, LARGE, TWIN = "open", "won", "large", "twin"
# Whose records somebody may work on or decide, and which states all others have.
BUSY = frozenset(
    (
        *"diego ana noah marc nadia lena bruno".split(),
        EXTRA,
        HOLDER,
        LAPSED,
        *LENT.values(),
        *(f"colleague at {one}" for one in (HARBOUR, LAKESIDE, COBALT)),
        f"below {NORTHWIND}",
        *(f"by {one}" for one in "carla omar olga vic axel".split()),
    )
)
FEW = (Status.DRAFT, Status.SUBMITTED, Status.UNDER_REVIEW, Status.APPROVED)


@dataclass
class Planted:
    """References by who holds the record and in which state it is, and who everybody is."""

    references: dict[tuple[str, str], str] = field(default_factory=dict)
    deals: dict[tuple[str, str], str] = field(default_factory=dict)
    holders: dict[str, Membership] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    second: str = ""
    """What else Cole is: a seller of another partner."""
    # Row numbers of memberships by standing and organisation.
    lists: dict[str, str] = field(default_factory=dict)
    at: dict[tuple[str, int], int] = field(default_factory=dict)
    # A share in force of each one's open deal, and one that is over, by who holds the record.
    shares: dict[str, str] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    # By the record to which it belongs: a file.
    files: dict[str, str] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)
    """By who decides on them: who asked for access."""
    assets: dict[str, str] = field(default_factory=dict)
    """Open to everybody with the library, a favourite of all, for nobody, and over."""
    versions: dict[str, list[str]] = field(default_factory=dict)
    """By state, and of the assets by their names."""
    templates: dict[str, str] = field(default_factory=dict)
    """By what can be done with it: a checklist template."""
    # By organisation, and of the items by their key too.
    checklists: dict[int, str] = field(default_factory=dict)
    items: dict[tuple[int, str], str] = field(default_factory=dict)


def plant(session: Session) -> Planted:
    """Add people, organisations and records beside the demo world's; call in system mode."""
    planted = Planted(holders=dict(_people(session)))
    for short in ("ana", "bruno", "olga"):
        ask_for_email(actor_from(planted.holders[short]), f"{short}@people.example")
    for short in ("nadia", "theo", "sid"):
        holder = planted.holders[short]
        results = [["Somebody <nobody>", "wrong_address", ""]]
        pasted = InvitationList(
            organisation_id=holder.organisation_id, made_by_id=holder.id, results=results
        )
        session.add(pasted)
        session.flush()
        planted.lists[short] = pasted.reference
    for name, membership in planted.holders.items():
        if name.startswith((INVITED, DEACTIVATED)):
            planted.at[name.partition(" ")[0], membership.organisation_id] = membership.id
    products = {product.code: product for product in session.scalars(select(Product))}
    strange = Product(code="ODD", name="Odd machine", name_fr="Machine étrange")
    session.add(strange)
    session.flush()
    bruno = planted.holders["bruno"].organisation
    session.add(OrganisationProduct(organisation_id=bruno.id, product_id=strange.id))
    summit = add_organisation(session, "Summit of all", Side.PARTNER, types=["distributor"])
    summit.reference = SUMMIT
    _kept(session, planted)
    _reviewed(session, planted)
    with at(now() - dt.timedelta(days=2)), session.no_autoflush:
        for holder, membership in planted.holders.items():
            if holder not in STAFF and not holder.startswith((INVITED, DEACTIVATED)):
                _records(session, planted, holder, membership, products["ARM"])
        for short in STAFF:
            handler = planted.holders[short]
            noah = planted.holders["noah"]
            _records(session, planted, f"by {short}", noah, products["ARM"], handler)
        _special(session, planted, products["ARM"])
        for holder in LENT.values():
            _records(session, planted, holder, planted.holders["noah"], products["ARM"])
        session.flush()
    _share_all(session, planted)
    session.flush()
    _filed(session, planted)
    _viewed(session, planted)
    _asked(session, planted)
    _applied(session, planted)
    _stocked(session, planted)
    plant_taken_on(session, planted)
    cole, lena = planted.holders[EXTRA], planted.holders["lena"]
    other = Membership(
        user=cole.user,
        organisation=lena.organisation,
        role=Role.PARTNER_SELLER,
        joined_at=now(),
    )
    session.add(other)
    session.flush()
    planted.second = other.reference
    for holder, membership in planted.holders.items():
        planted.devices[holder] = device_of(session, membership)
        device_of(session, membership)
    return planted


def _filed(session: Session, planted: Planted) -> None:
    """One file beside every record."""
    for model, names in ((Registration, planted.references), (Deal, planted.deals)):
        wanted = {*names.values()}
        for record in session.scalars(select(model)).all():
            if record.reference in wanted:
                planted.files[record.reference] = file_of(session, record).reference


def _kept(session: Session, planted: Planted) -> None:
    """What happened to a company: one event for both sides, one for the vendor's alone."""
    pia, place = actor_from(planted.holders["pia"]), planted.holders["ana"].organisation
    # The account manager is none of the fields of which the partner reads.
    changes = [Changed("tier", "Bronze", "Gold"), Changed("account_manager", "PE-0", "PE-1")]
    record_event(E.EDIT, place, pia, session=session, changes=changes)
    words = {"reason": "They did not pay"}
    record_event(E.SUSPEND, place, pia, session=session, words=words)


def _viewed(session: Session, planted: Planted) -> None:
    """Two who saw the portal as somebody else does, one page each."""
    for viewer, viewed in (("carla", "ana"), ("pia", "bruno")):
        actor, person = actor_from(planted.holders[viewer]), planted.holders[viewed]
        one = Viewing(
            membership_id=actor.membership_id, viewed_id=person.id, reason="Why", ends_at=now(),
            ended_at=now(),
        )  # fmt: skip
        session.add(one)
        session.flush()
        chain, what = f"membership:{person.id}", one.reference
        record_event("viewing:start", chain, actor, session=session, viewing=what)
        record_event(
            "viewing:page", chain, actor, session=session, viewing=what, page="deals.show",
            target=planted.deals[viewed, OPEN],
        )  # fmt: skip
        record_event("viewing:end", chain, actor, session=session, viewing=what, why="stopped")


def _reviewed(session: Session, planted: Planted) -> None:
    """An access review everywhere: one ready for an answer at Maple, one for a signature."""
    theo, sid = (actor_from(planted.holders[short]) for short in ("theo", "sid"))
    planted.holders[f"colleague at {MAPLE}"].user.mail_bounced_at = now()
    month = present_month()
    for place in session.scalars(select(Organisation).order_by(Organisation.id)).all():
        there = select(AccessReview).where(AccessReview.organisation_id == place.id)
        if session.scalars(there).first() is None:
            review = open_review(session, place, month)
            if place.name == MAPLE:
                _look_at_all(review, theo)
    earlier = (month - dt.timedelta(days=1)).replace(day=1)
    _look_at_all(open_review(session, planted.holders["bruno"].organisation, earlier), sid)
    session.flush()


def _look_at_all(review: AccessReview, actor: MemberActor) -> None:
    for item in review.items:
        if item.is_open and item.membership_id != actor.membership_id:
            decide(item, actor, Decision.KEEP)


def _applied(session: Session, planted: Planted) -> None:
    """From where Carla's partners sell, where only another's do, and from a country of hers."""
    northwind = planted.holders["nadia"].organisation
    for one in session.scalars(select(Application)):
        one.reviewer_id = None  # so that somebody could take the review of each
    for country in ("CA", "DE", "FR"):
        for state in (*Applied, "same"):
            status = Applied.UNDER_REVIEW if state == "same" else state
            one = Application(
                form_key=f"{country} {state}", status=status, company=f"Co {state}",
                country=country,
                website="co.ca", domain="co.ca", city="Words", region="Words", people=3,
                business="Words", contact_name="Kim", contact_email=f"{state}@{country}.ca",
                contact_phone="+14165550134", consent_words="Words", question="Words",
                reply="Words", reason_text="Words", types=["reseller"], products=["ARM"],
                reason_code="no_fit" if status == Applied.REJECTED else "",
                expires_at=now() + dt.timedelta(days=9),
            )  # fmt: skip
            APPLICATION.plan_next(one)
            session.add(one)
            session.flush()
            record_event("application:apply", one, None, session=session)
            session.add(ApplicationMatch(
                application_id=one.id, other_id=northwind.id, evidence=["+domain", "-company"],
                other_reference=northwind.reference, other_name="Words",
                other_domains=["words.ca"], answered_by="Words",
                answer="same" if state == "same" else "different",
            ))  # fmt: skip


def _stocked(session: Session, planted: Planted) -> None:
    """Assets for everybody and for nobody, and versions in every state by either author."""
    pia, carla = (actor_from(planted.holders[short]) for short in ("pia", "carla"))
    folder = operations.add_folder(pia, "Words", "Mots")
    folder.reference = TOPIC
    session.flush()
    aside = operations.add_folder(pia, "Words for nobody", "Mots pour personne")
    session.flush()
    nobody = {Facet.TIER: ["Nobody"]}
    for name, under, facets in (
        ("open", folder, {}), ("kept", folder, {}), ("narrow", aside, nobody), ("over", folder, {}),
    ):  # fmt: skip
        version = _issued(session, under, pia, carla, Versioned.PUBLISHED, facets)
        if name in ("open", "over"):  # its last day is to come, or over and not noticed yet
            last = now() + dt.timedelta(days=9 if name == "open" else -1)
            version.valid_until = version.asset.valid_until = last
        planted.assets[name] = version.asset.reference
        planted.versions[name] = [version.reference]
        if name == "kept":
            for holder in planted.holders.values():
                if holder.organisation.side == Side.PARTNER:
                    session.add(AssetFavourite(membership_id=holder.id, asset_id=version.asset_id))
            note_taking(session, actor_from(planted.holders["ana"]), version)
    for state in Versioned:
        for author, second in ((pia, carla), (carla, pia)):
            made = _issued(session, folder, author, second, state, {})
            planted.versions.setdefault(state.value, []).append(made.reference)
            if state in (Versioned.PUBLISHED, Versioned.SUPERSEDED):
                note_taking(session, actor_from(planted.holders["ana"]), made)
    session.flush()


def _issued(
    session: Session, folder: Any, author: MemberActor, second: MemberActor, state: Versioned,
    facets: Any,
) -> AssetVersion:  # fmt: skip
    """Add an asset with a version that has come to ``state``, with a file and its preview."""
    publisher = author if author.role == Role.PROGRAMME_ADMINISTRATOR else second
    begins = now() + dt.timedelta(days=9) if state == Versioned.SCHEDULED else None
    version = operations.create(author, {
        "title": "Words", "title_fr": "Mots", "summary": "Words", "summary_fr": "Mots",
        "kind": Kind.DECK, "folder": folder, "language": "both", "tags": ["words"],
        "note": "Words", "note_fr": "Mots", "link": "https://words.example/page", "text": "Words",
        "text_fr": "Mots", "audience": audience_like(session, facets), "valid_from": begins,
        "valid_until": None,
    })  # fmt: skip
    kept = KeptFile(key=secrets.token_hex(16), mime="application/pdf", size=70, digest="0" * 64)
    session.add(kept)
    session.flush()
    shown = KeptFile(
        key=secrets.token_hex(16), mime="image/webp", size=70, digest="0" * 64,
        original_id=kept.id, page=1, width=9, height=9,
    )  # fmt: skip
    session.add(shown)
    version.file, version.file_name, version.file_size = kept, "words.pdf", 70
    bring(version, state, author=author, second=second, publisher=publisher)
    session.flush()
    return version


def _asked(session: Session, planted: Planted) -> None:
    """Somebody asks for access to each company, and somebody to none that is known."""
    for short in ("nadia", "theo", "bruno", "sid"):
        is_known = short != "sid"
        asked = AccessRequest(
            issuer="https://id.example", subject=short, email=f"kim@{short}.example", name="Kim",
            company="Words", expires_at=now() + dt.timedelta(days=9),
            organisation_id=planted.holders[short].organisation_id if is_known else None,
        )  # fmt: skip
        session.add(asked)
        session.flush()
        record_event("request:send", asked, None, session=session)
        if is_known:
            planted.requests[short] = asked.reference


def _people(session: Session) -> Iterable[tuple[str, Membership]]:
    rows = session.execute(
        select(UserIdentity, Membership).join(
            Membership, Membership.user_id == UserIdentity.user_id
        )
    ).all()
    found = {identity.subject: membership for identity, membership in rows}
    issuer = rows[0][0].issuer
    yield from found.items()
    product = session.scalars(select(Product).where(Product.code == "ARM")).one()
    places = {found[one.short].organisation for one in PARTNERS}
    for place in sorted(places, key=lambda one: one.id):
        yield f"colleague at {place.name}", _seller(session, place, "Colleague", Reach.OWN)
        below = add_organisation(
            session, f"{place.name} Below", Side.PARTNER, types=["reseller"], parent=place
        )
        session.add(OrganisationProduct(organisation_id=below.id, product_id=product.id))
        yield f"below {place.name}", _seller(session, below, "Seller below", Reach.OWN)
    administrator = actor_from(found["nadia"])
    for place in sorted({one.organisation for one in found.values()}, key=lambda one: one.id):
        for state in (INVITED, DEACTIVATED):
            name = f"{state} at {place.name}"
            yield name, _newcomer(session, place, name, state, administrator)
    extra = _seller(session, found["ana"].organisation, "Cole Mercer", Reach.ORGANISATION)
    bind_identity(session, extra, issuer, EXTRA)
    yield EXTRA, extra
    for short, name in ((HOLDER, "Hana Holm"), (LAPSED, "Lars Lund")):
        other = _seller(session, found["lena"].organisation, name, Reach.OWN)
        bind_identity(session, other, issuer, short)
        yield short, other


def _seller(session: Session, place: Organisation, name: str, reach: Reach) -> Membership:
    email = f"{fold(name)}@{fold(place.name)}.example"
    role = Role.PARTNER_SELLER
    made = add_membership(session, place, name=name, email=email, role=role, reach=reach)
    made.joined_at = now()
    return made


def _newcomer(
    session: Session, place: Organisation, name: str, state: str, administrator: MemberActor
) -> Membership:
    """Add somebody whose access an administrator decides on."""
    is_vendor = place.side == Side.VENDOR
    made = add_membership(
        session,
        place,
        name=name,
        email=f"{fold(name)}@people.example",
        role=Role.SUPPORT_AGENT if is_vendor else Role.PARTNER_SELLER,
        reach=Reach.ORGANISATION if is_vendor else Reach.OWN,
    )
    if state == INVITED:
        send_invitation(made, administrator)
    else:
        made.joined_at, made.is_active = now(), False
    return made


def fold(text: str) -> str:
    """Return ``text`` as one word of an address."""
    return "-".join(text.lower().split())


def _records(
    session: Session,
    planted: Planted,
    holder: str,
    owner: Membership,
    product: Product,
    handler: Membership | None = None,
) -> None:
    for status in Status if holder in BUSY else FEW:
        record = registration_of(session, owner, product, status, handler)
        planted.references[holder, status.value] = record.reference
        if status in (Status.DRAFT, Status.NEEDS_INFO):
            typed_text(session, owner, record)
        if status == Status.APPROVED:
            planted.deals[holder, OPEN] = deal_of(session, record, Stage.PROSPECT, handler)
    if holder not in BUSY:
        return
    won = registration_of(session, owner, product, Status.APPROVED, handler)
    planted.deals[holder, WON] = deal_of(session, won, Stage.WON, handler)


def _share_all(session: Session, planted: Planted) -> None:
    """Share everybody's open deal with somebody who never comes, and what is lent with two."""
    holder, lapsed = planted.holders[HOLDER], planted.holders[LAPSED]
    nobody = planted.holders[f"below {COBALT}"]
    for (name, state), reference in planted.deals.items():
        if state == OPEN and name not in LENT.values() and name != f"below {COBALT}":
            planted.shares[name] = _share(session, reference, nobody, Level.VIEW).reference
    spare = planted.deals["ana", OPEN]
    planted.shares[f"below {COBALT}"] = planted.shares["ana"]
    planted.ended["noah"] = _over(session, planted.deals["noah", OPEN], lapsed, is_revoked=True)
    planted.ended["ana"] = _over(session, spare, lapsed, is_revoked=False)
    lent = [*planted.deals.items(), *planted.references.items()]
    for (name, state), reference in lent:
        if name not in LENT.values() or state == Status.DRAFT:
            continue
        is_to_read = name == LENT["lent"]
        made = _share(session, reference, holder, Level.VIEW if is_to_read else Level.EDIT)
        if state == OPEN:
            planted.shares[name] = made.reference
        # Neither of the two lets him in: one was till yesterday, the other was taken back.
        _over(session, reference, lapsed, is_revoked=not is_to_read)


def _share(session: Session, reference: str, holder: Membership, level: Level) -> Share:
    model: Any = Deal if reference.startswith("DL") else Registration
    record = session.scalars(select(model).where(model.reference == reference)).one()
    maker = actor_from(session.get_one(Membership, record.owner_id))
    return share(record, maker, holder, level, now().date() + dt.timedelta(days=30))


def _over(session: Session, reference: str, holder: Membership, is_revoked: bool) -> str:
    """Share it for working on it, and let the share be over."""
    made = _share(session, reference, holder, Level.EDIT)
    if is_revoked:
        revoke(made, actor_from(session.get_one(Membership, made.made_by_id)))
    else:
        made.until = now().date() - dt.timedelta(days=2)
        made.ends_at = end_of(made.until)
    session.flush()
    return made.reference


def _special(session: Session, planted: Planted, product: Product) -> None:
    """One over the approver's limit, and one that the approver sent under another hat."""
    noah, omar = planted.holders["noah"], planted.holders["omar"]
    large = registration_of(session, noah, product, Status.UNDER_REVIEW, omar)
    large.value_minor = 200_000_00
    twin = registration_of(session, noah, product, Status.UNDER_REVIEW, omar)
    twin.submitter_user_id = omar.user_id
    planted.references["noah", LARGE] = large.reference
    planted.references["noah", TWIN] = twin.reference
