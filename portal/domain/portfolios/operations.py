"""How does a channel manager get a portfolio, and what comes of it when their role changes?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from portal.core.changes import Changed
from portal.core.database import db
from portal.core.events import Event, EventKind, declare, record_event, subscribe
from portal.core.language import _, _l
from portal.core.net import system_mode
from portal.core.workflow import Refused
from portal.domain.organisations import hierarchy
from portal.domain.organisations.operations import followers
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, Role
from portal.domain.portfolios.deriving import Rule, follow_membership, follow_organisation
from portal.domain.portfolios.models import PortfolioRule, RuleKind

SET = "portfolio:set"
declare(
    EventKind(
        SET,
        _l("%(who)s changed the portfolio"),
        frozenset({"came", "went"}),
        partner_sees=False,
    ),
)


def rules_of(session: Session, membership_id: int) -> list[Rule]:
    """Return the stored rules of a membership, as far as the reader may know of them."""
    query = select(PortfolioRule.kind, PortfolioRule.value).where(
        PortfolioRule.membership_id == membership_id
    )
    return sorted(Rule(*row) for row in session.execute(query))


def set_portfolio(membership: Membership, actor: MemberActor, rules: Collection[Rule]) -> None:
    """Say by which rules partners stand in a channel manager's portfolio, from now on.

    Raises Refused for somebody who is no channel manager.
    """
    session = db.session()
    hierarchy.hold(session)
    if membership.role != Role.CHANNEL_MANAGER:
        raise Refused(_("Only channel managers have a portfolio."), membership)
    before, after = rules_of(session, membership.id), tidied(rules)
    if before == after:
        return
    came, went = write_rules(session, membership, after)
    # Its rules are no column of its own row, and an older form must not undo them.
    membership.version += 1
    _tell(session, membership.id, actor, before, after, came, went)


def tidied(rules: Collection[Rule]) -> list[Rule]:
    """Return the rules in their order, each once; beside all partners no other says anything."""
    found = sorted(set(rules))
    return [Rule(RuleKind.ALL)] if Rule(RuleKind.ALL) in found else found


def write_rules(session: Session, membership: Membership, rules: Sequence[Rule]) -> tuple[int, int]:
    """Store the rules and what they amount to; return how many partners came and went."""
    with system_mode("deriving portfolios"):
        _forget(session, membership.id)
        rows = [{"membership_id": membership.id, **rule._asdict()} for rule in rules]
        if rows:
            session.execute(insert(PortfolioRule), rows)
    return follow_membership(session, membership.id)


def _forget(session: Session, membership_id: int) -> None:
    session.execute(
        delete(PortfolioRule)
        .where(PortfolioRule.membership_id == membership_id)
        .execution_options(synchronize_session=False)
    )


def _tell(
    session: Session,
    membership_id: int,
    actor: MemberActor | None,
    before: Sequence[Rule],
    after: Sequence[Rule],
    came: int,
    went: int,
) -> None:
    changes = [Changed("portfolio", *([list(one) for one in rules] for rules in (before, after)))]
    chain = f"membership:{membership_id}"
    record_event(SET, chain, actor, session=session, changes=changes, came=came, went=went)


def _on_change(session: Session, _event: Event, record: Any) -> None:
    """Whoever is no channel manager any more has no portfolio, and begins anew as one."""
    membership_id = int(str(record).partition(":")[2])
    with system_mode("deriving portfolios"):
        role = session.scalar(select(Membership.role).where(Membership.id == membership_id))
        before = rules_of(session, membership_id)
        if role == Role.CHANNEL_MANAGER or not before:
            return
        _forget(session, membership_id)
    came, went = follow_membership(session, membership_id)
    _tell(session, membership_id, None, before, [], came, went)


# Called under the lock that both take: the one of the vendor's own organisation.
subscribe("person:change", _on_change)
followers.append(follow_organisation)
