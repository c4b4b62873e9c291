"""How are the reasons, decisions and outcomes of an access review said?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from babel.dates import format_date

from portal.core.language import _, _l, _n, locale
from portal.domain.access_reviews.models import Decision, Reason
from portal.domain.access_reviews.record import CLOSED, NO_REASON
from portal.domain.people.models import Reach

# Of each outcome: the word and its tone.
OUTCOME_WORDS = {
    Decision.KEEP: (_l("Kept"), "ok"),
    Decision.REDUCE: (_l("Reduced"), "warn"),
    Decision.DEACTIVATE: (_l("Access closed"), "bad"),
    Decision.REDUCED_BY_CLOCK: (_l("Reduced: nobody looked in time"), "warn"),
    NO_REASON: (_l("No reason to look"), "neutral"),
    CLOSED: (_l("Closed in the meantime"), "neutral"),
}
WHY_WORDS = {
    "nobody": _l("Nobody at the company could decide"),
    "no_answer": _l("No answer in time"),
    "taken": _l("Without waiting for the company"),
    "vendor": _l("The vendor’s own people"),
}
_WIDE = {
    Reach.ORGANISATION: _l("Sees everything of the company."),
    Reach.FAMILY: _l("Sees everything of the company and of those below it."),
}


def show_month(day: dt.date) -> str:
    """Return the month of ``day`` with its year, such as "November 2026"."""
    return str(format_date(day, "LLLL y", locale=locale()))


def reasons_in_words(
    reasons: Sequence[str],
    reach: str,
    seen_at: dt.datetime | None,
    added_at: dt.datetime,
    joined_at: dt.datetime | None,
    moment: dt.datetime,
) -> list[str]:
    """Return each reason as a sentence, with how many days it is at ``moment``."""
    quiet = max((moment - (seen_at or joined_at or added_at)).days, 0)
    waiting = max((moment - added_at).days, 0)
    words = {
        Reason.LEFT: _("Can no longer sign in: the account behind the access is gone."),
        Reason.NEVER: _n(
            "Was invited %(num)d day ago and has never signed in.",
            "Was invited %(num)d days ago and has never signed in.",
            waiting,
        ),
        Reason.INACTIVE: _n(
            "Has not signed in for %(num)d day.", "Has not signed in for %(num)d days.", quiet
        ),
        Reason.BOUNCED: _("Mail to this person comes back."),
        Reason.WIDE: str(_WIDE.get(Reach(reach), "")),
    }
    return [words[Reason(reason)] for reason in reasons]
