"""What is left of a company's name once its legal form and its way of writing are gone?"""

from __future__ import annotations

import re

from portal.core.text import fold

# Legal forms as they are folded: accents gone, letters with dots between them joined.
_FORMS = frozenset(
    "ab ag aps as bv co company compagnie cie corp corporation eurl gmbh inc incorporated kg kk"
    " limitee limited llc llp lp ltd ltee nv oy plc pte pty sa sarl sas sasu sc se senc sencrl sl"
    " slu spa spzoo srl ug ulc".split()
)
_JOINING = frozenset({"and", "et", "und", "y"})
_INITIALS = re.compile(r"\b[a-z](?: [a-z]\b)+")


def name_core(name: str) -> str:
    """Return ``name`` folded, without legal forms and words that only join, but never nothing.

    "The Northwind Resale Co., Ltd." and "NORTHWIND RESALE INC" have the same core.
    """
    whole = _INITIALS.sub(lambda found: found[0].replace(" ", ""), fold(name))
    words = [word for word in whole.split() if word not in _JOINING]
    while len(words) > 1 and words[-1] in _FORMS:
        words.pop()
    if len(words) > 1 and words[0] == "the":
        words.pop(0)
    return " ".join(words) or whole
