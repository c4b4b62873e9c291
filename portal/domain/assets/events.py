"""What can happen to a version of an asset, and how is it said?"""

from enum import StrEnum

from portal.core import previews
from portal.core.events import EventKind, declare
from portal.core.language import _l, _lc


class E(StrEnum):
    """The tags of events about assets; all but takings stand in the history of a version."""

    APPROVE = "asset:approve"
    CALL_OFF = "asset:call_off"
    CREATE = "asset:create"
    DISCARD = "asset:discard"
    EDIT = "asset:edit"
    EXPIRE = "asset:expire"
    EXPORT = "asset:export"
    FILE = "asset:file"
    FOLDER = "asset:folder"
    LINK_BROKEN = "asset:link_broken"
    LINK_MENDED = "asset:link_mended"
    PUBLISH = "asset:publish"
    RETURN = "asset:return"
    SCHEDULE = "asset:schedule"
    SEND = "asset:send"
    SUPERSEDE = "asset:supersede"
    TAKE = "asset:take"
    WITHDRAW = "asset:withdraw"


_some = frozenset
_number = _some({"number"})
_of = _some({"asset", "number"})


def _inside(
    tag: E, sentence: object, keys: frozenset[str] = _some(), words: frozenset[str] = _some()
) -> EventKind:
    """Return an event of which the vendor's side alone reads."""
    return EventKind(tag, sentence, keys, words, partner_sees=False)


declare(
    _inside(E.CREATE, _l("%(who)s began this version")),
    _inside(E.EDIT, _l("%(who)s changed it")),
    _inside(E.DISCARD, _l("%(who)s threw the draft away")),
    _inside(E.FOLDER, _l("%(who)s named a topic of the library"), _some(), _some({"name"})),
    _inside(E.FILE, _l("%(who)s put a file in"), _some({"digest"}), _some({"name"})),
    _inside(E.SEND, _l("%(who)s sent it for review")),
    _inside(E.RETURN, _l("%(who)s gave it back"), _some(), _some({"reason"})),
    _inside(E.APPROVE, _l("%(who)s approved it")),
    _inside(E.SCHEDULE, _l("%(who)s set when it goes out"), _some({"until"})),
    _inside(E.CALL_OFF, _l("%(who)s called its publication off")),
    _inside(E.PUBLISH, _l("It was published as version %(number)s"), _number),
    _inside(E.SUPERSEDE, _l("Version %(number)s took its place"), _number),
    _inside(E.WITHDRAW, _lc("version", "%(who)s withdrew it"), _number, _some({"reason"})),
    _inside(E.EXPIRE, _l("Its time was over"), _number),
    _inside(E.LINK_BROKEN, _l("Its link does not work any more"), _some({"problem"})),
    _inside(E.LINK_MENDED, _l("Its link works again")),
    EventKind(E.TAKE, _l("%(who)s downloaded version %(number)s of %(asset)s"), _of),
    _inside(E.EXPORT, _l("%(who)s exported who downloaded %(asset)s"), _some({"asset"})),
)
previews.follow(E.FILE)
