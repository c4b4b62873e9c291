"""Through which provider does somebody with this e-mail address sign in?"""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.blueprints.sign_in import bp
from portal.core.contact import domain_key
from portal.core.guards import public
from portal.core.identity import identity_providers
from portal.core.limits import limiter, where_from
from portal.core.redirects import safe_path
from portal.core.text import clean_line
from portal.core.transactions import record_aside
from portal.domain.people.assurance import provider_for

OFTEN = "60/minute"  # an address: a whole office may stand behind one


@bp.post("/sign-in/find")
@public
@limiter.limit(OFTEN, key_func=where_from)
def find() -> ResponseReturnValue:
    """Lead straight to the one provider of the address's organisation, else offer them all.

    Whether anybody with the address is known here makes no difference.
    """
    domain = domain_key(clean_line(request.form.get("email", ""))[:320].rpartition("@")[2])
    onward = safe_path(request.form.get("next"))
    with record_aside("sign-in") as aside:
        name = provider_for(aside, domain)
    if name in identity_providers():
        return redirect(url_for("sign_in.start", provider=name, next=onward), 303)
    return redirect(url_for("sign_in.index", next=onward, any=1), 303)
