"""What has just been done, so that the page on which one lands says it?"""

from __future__ import annotations

from typing import Any

from flask import request

from portal.core.language import _l

# By the code that stands in the address as ``said``. A sentence that names something of the
# record is the page's own.
SAID: dict[str, Any] = {
    "accepted": _l("You accepted it."),
    "approved": _l("You approved it. It can be published now."),
    "asked_again": _l("It is asked for again."),
    "at_hand": _l("It stands among your favourites."),
    "away": _l("It stands among your favourites no more."),
    "attached": _l("The file is attached."),
    "called_off": _l("It is a draft again."),
    "current": _l("A newer version has taken the place of the one you asked for. This is it."),
    "declined": _l("You declined it. They hear of it by mail."),
    "discarded": _l("The draft is thrown away."),
    "ended": _l("Signed out there."),
    "fields": _l("Saved. It holds from everybody’s next page on."),
    "given_back": _l("It is back with its author, who hears of it by mail."),
    "handed": _l("It is handed over. Whoever has it now hears of it by mail."),
    "in_use": _l("It is in use. Whom it reaches has it within a minute."),
    "live": _l("That was the last one. The partner is active now, and both sides hear of it."),
    "moved": _l("It stands at its new stage."),
    "noted": _l("Your note is kept."),
    "out": _l("Signed out everywhere."),
    "out_now": _l("It is published. Whoever downloaded an older version hears of it by mail."),
    "planned": _l("The next step is set."),
    "removed": _l("The file is gone."),
    "recalled": _l("It is withdrawn. Whoever downloaded it hears of it by mail."),
    "returned": _l("It is back with the partner, who reads what you wrote."),
    "retired": _l("It is out of use. Nobody new gets it."),
    "same": _l("It stands at that stage already."),
    "saved": _l("Saved."),
    "scheduled": _l("It goes out on its day."),
    "sent": _l("It is sent for review."),
    "shared": _l("It is shared. They hear of it by mail."),
    "taken_out": _l("The item is taken out."),
    "ticked": _l("It is done."),
    "unshared": _l("The share has ended. They no longer see it."),
    "waived": _l("It is not asked for any more. The partner reads why."),
    "withdrawn": _l("You withdrew it. The reviewer hears of it by mail."),
}


def saying(url: str, code: str) -> str:
    """Return ``url`` with the code of what has just been done (a key of SAID)."""
    assert code in SAID, code
    return f"{url}{'&' if '?' in url else '?'}said={code}"


def said() -> Any:
    """Return the sentence for what the address says has just been done, or None."""
    return SAID.get(request.args.get("said", ""))
