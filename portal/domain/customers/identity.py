"""By what is a customer known: the registrable domain, or without a website the name?"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

import tldextract

from portal.core.language import _
from portal.core.text import fold

# Domains at which anybody gets an address; they identify nobody.
FREE_MAIL = frozenset(
    "aol.com bell.net comcast.net email.com fastmail.com free.fr gmail.com gmx.at gmx.ch gmx.com"
    " gmx.de gmx.net googlemail.com hotmail.ca hotmail.com hotmail.co.uk hotmail.fr hushmail.com"
    " icloud.com laposte.net live.ca live.com mac.com mail.com mail.ru me.com msn.com orange.fr"
    " outlook.com outlook.fr pm.me proton.me protonmail.com qq.com rogers.com shaw.ca"
    " sympatico.ca t-online.de telus.net tuta.com tutanota.com videotron.ca web.de wanadoo.fr"
    " yahoo.ca yahoo.com yahoo.co.uk yahoo.fr yandex.com yandex.ru ymail.com zoho.com".split()
)
# Pages on these belong to the platform, not to the company.
SOCIAL = frozenset(
    "facebook.com fb.com instagram.com linkedin.com linktr.ee pinterest.com tiktok.com twitter.com"
    " whatsapp.com x.com xing.com youtube.com yelp.ca yelp.com google.com goo.gl bit.ly".split()
)
_HOST = re.compile(r"^(?=.{4,253}$)([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}$")


class NotACustomer(ValueError):
    """The website identifies no customer; the text is the sentence for the person."""


@lru_cache(maxsize=1)
def _extractor() -> tldextract.TLDExtract:
    # The bundled snapshot of the public-suffix list: no network, private suffixes kept apart.
    return tldextract.TLDExtract(
        suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True
    )


def _no_website() -> NotACustomer:
    return NotACustomer(
        _("This is not the address of a website. Write it like northernrobotics.ca.")
    )


def host_of(website: str) -> str:
    """Return the host in a typed website, lower case in ASCII form; raises NotACustomer."""
    text = website.strip().lower()
    # A scheme is followed by a slash; "acme.ca:8443" begins with a host.
    text = re.sub(r"^(?:[a-z][a-z0-9+.-]*:)?/+", "", text)
    host = re.split(r"[/?#\\\s]", text, maxsplit=1)[0].rsplit("@", 1)[-1]
    host = host.split(":", 1)[0].strip(".")
    try:
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        host = ""
    if not _HOST.match(host):
        raise _no_website()
    return host


def registrable_domain(website: str) -> str:
    """Return the registrable domain of a typed website, by the public-suffix list.

    Raises NotACustomer when there is none.
    """
    domain = _extractor()(host_of(website)).top_domain_under_public_suffix
    if not domain:
        raise _no_website()
    return domain


def customer_domain(website: str, own_domains: Collection[str]) -> str:
    """Return the domain that identifies the customer with ``website``.

    ``own_domains`` are the registering partner's. Raises NotACustomer with a sentence for
    free mail, social pages and the partner's own site.
    """
    domain = registrable_domain(website)
    if domain in FREE_MAIL:
        raise NotACustomer(
            _("%(domain)s is a mail provider. Give the customer's own website.", domain=domain)
        )
    if domain in SOCIAL:
        raise NotACustomer(
            _(
                "%(domain)s belongs to many companies. Give the customer's own website,"
                " or tick that there is none.",
                domain=domain,
            )
        )
    if domain in own_domains:
        raise NotACustomer(_("That is your own website. Give the customer's."))
    return domain


def customer_key(domain: str | None, legal_name: str, postal_code: str) -> str:
    """Return the key by which two registrations are of exactly the same customer."""
    if domain:
        return f"domain:{domain}"
    return f"name:{fold(legal_name, 80)}|{fold(postal_code, 12).replace(' ', '')}"
