"""Which stages does a sale go through?"""

from __future__ import annotations

import datetime as dt

from portal.core.language import _l, _lc
from portal.core.workflow import PARTNER, Next, State, Transition, Workflow
from portal.domain.deals.events import E
from portal.domain.deals.models import OPEN_STAGES, Deal, LossReason, Stage
from portal.domain.permissions import Permission as P
from portal.domain.programme import programme

END_OF_WORK = dt.time(17)

# Percent by stage; a forecast weighs amounts with it.
PROBABILITY = {
    Stage.PROSPECT: 10,
    Stage.QUALIFIED: 25,
    Stage.PROVING: 50,
    Stage.AGREEING: 70,
    Stage.VERBAL_YES: 90,
    Stage.WON: 100,
    Stage.LOST: 0,
}

LOSS_WORDS = {
    LossReason.PRICE: _l("Price"),
    LossReason.COMPETITOR: _l("The customer chose a competitor"),
    LossReason.NO_BUDGET: _l("No budget"),
    LossReason.NO_DECISION: _l("No decision"),
    LossReason.MISSING_FEATURE: _l("Something was missing in the product"),
    LossReason.TIMING: _l("Wrong time"),
    LossReason.OTHER: _l("Another reason"),
}


def step_target(deal: Deal, moment: dt.datetime) -> dt.datetime:
    """Return by when the partner acts: the next step's day, else before the deal looks stalled."""
    rules = programme()
    day = deal.next_step_on
    if day is None:
        last = (deal.changed_at or moment).astimezone(rules.zone).date()
        day = last + dt.timedelta(days=rules.stalled_days)
    return dt.datetime.combine(day, END_OF_WORK, rules.zone).astimezone(dt.UTC)


def owner(deal: Deal) -> int:
    """Return the partner's membership whose turn it is."""
    return deal.owner_id


_next = Next(PARTNER, "step", _l("Say what is next"), by=step_target, who=owner)

WORDS = {
    Stage.PROSPECT: _l("Prospect"),
    Stage.QUALIFIED: _l("Qualified"),
    Stage.PROVING: _l("Proving it works"),
    Stage.AGREEING: _l("Agreeing terms"),
    Stage.VERBAL_YES: _l("Verbal yes"),
    Stage.WON: _l("Won"),
    Stage.LOST: _l("Lost"),
}
_SEVERAL = {Stage.WON: _lc("several", "Won"), Stage.LOST: _lc("several", "Lost")}
_tones = {Stage.WON: "ok", Stage.LOST: "neutral", Stage.VERBAL_YES: "ok"}


def _others(target: Stage) -> frozenset[Stage]:
    return frozenset(stage for stage in OPEN_STAGES if stage != target)


def move_name(target: Stage) -> str:
    """Return the name of the transition that leads to ``target``."""
    return {Stage.WON: "win", Stage.LOST: "lose"}.get(target, f"move_to_{target}")


DEAL = Workflow(
    initial=Stage.PROSPECT,
    attribute="stage",
    states={
        stage: State(
            WORDS[stage],
            _tones.get(stage, "info"),
            _next if stage in OPEN_STAGES else None,
            _SEVERAL.get(stage),
        )
        for stage in Stage
    },
    transitions=[
        *(
            Transition(move_name(stage), _others(stage), stage, P.DEAL_EDIT, E.MOVE, WORDS[stage])
            for stage in OPEN_STAGES
        ),
        Transition("win", frozenset(OPEN_STAGES), Stage.WON, P.DEAL_CLOSE, E.WIN, _l("Won"),
                   "primary"),
        Transition("lose", frozenset(OPEN_STAGES), Stage.LOST, P.DEAL_CLOSE, E.LOSE, _l("Lost"),
                   "danger", needs=frozenset({"reason"})),
    ],
)  # fmt: skip
