"""How does a deal go to a colleague, and who works on it for the vendor?"""

from __future__ import annotations

from flask import Response, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.deals import bp
from portal.blueprints.handing import TakerForm
from portal.blueprints.saying import saying
from portal.core.forms import bind
from portal.core.guards import requires
from portal.core.language import _
from portal.core.pages import done, invalid, render
from portal.domain.deals import operations, owners
from portal.domain.deals.models import Deal
from portal.domain.people.colleagues import reference_of
from portal.domain.permissions import Permission as P
from portal.domain.reassigning.loads import loads_of, sales_of

ONE = "/deals/<reference:reference>"


def _page(name: str, form: TakerForm, deal: Deal) -> Response:
    answer = invalid if form.errors else render
    return answer(f"deals/{name}.html", f"deals/_{name}.html", form=form, deal=deal)


def _done(deal: Deal) -> Response:
    url = url_for("deals.show", reference=deal.reference)
    return done(saying(url, "handed"), deal.reference)


@bp.route(f"{ONE}/owner", methods=["GET", "POST"])
@requires(P.DEAL_REASSIGN, Deal)
def reassign(deal: Deal) -> Response:
    """Ask which colleague takes the deal, and hand it over."""
    operations.need_open(deal)
    offered = owners.next_owners(deal, member())
    loads = loads_of(member(), [one.id for one in offered])
    form = bind(TakerForm, offered=offered, loads=loads)
    if request.method == "POST" and form.validate() and form.taker:
        owners.reassign(deal, member(), form.taker)
        return _done(deal)
    return _page("reassign", form, deal)


@bp.route(f"{ONE}/vendor-seller", methods=["GET", "POST"])
@requires(P.DEAL_ASSIGN, Deal)
def assign(deal: Deal) -> Response:
    """Ask which of the vendor's sellers works on the deal."""
    operations.need_open(deal)
    offered = owners.sellers(member())
    loads = sales_of(member(), [one.id for one in offered])
    present = {"colleague": reference_of(deal.vendor_owner_id) or "nobody"}
    form = bind(TakerForm, data=present, offered=offered, loads=loads, nobody=_("Nobody"))
    if request.method == "POST" and form.validate():
        owners.assign(deal, member(), form.taker)
        return _done(deal)
    return _page("assign", form, deal)
