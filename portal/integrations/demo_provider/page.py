"""What does a person read at the demo provider, in English or French?"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import groupby

from portal.demo_personas import GUESTS, PERSONAS, Persona

# Words of their own rather than the portal's catalogue: this process loads no Flask, so that it
# is there at once.
LANGUAGES = ("en", "fr")
_WORDS = {
    "en": {
        "title": "Choose who you are",
        "lead": "This is a demo, so nobody asks for a password.",
        "again": "Say again who you are",
        "again_lead": "The portal wants to be sure that it is still you. In this demo one tap "
        "will do.",
        "here": "Signed in on this device",
        "nowhere": "Not in the portal yet",
        "front": "The demo sign-in is ready",
        "front_lead": "Open the portal and choose Sign in; it leads here.",
        "absent": "There is no such page",
        "absent_lead": "Go back to the portal and sign in from there.",
        "nobody": "Nobody here goes by that name",
        "nobody_lead": "Go back and choose one of the people shown.",
        "refused": "This sign-in cannot go on",
        "refused_lead": "Go back to the portal and choose Sign in again.",
        "signed_out": "You are signed out",
        "signed_out_lead": "You can close this page.",
    },
    "fr": {
        "title": "Qui êtes-vous?",
        "lead": "C’est une démonstration\u00a0: aucun mot de passe ne vous est demandé.",
        "again": "Confirmez qui vous êtes",
        "again_lead": "Le portail veut s’assurer que c’est toujours vous. Dans cette "
        "démonstration, un geste suffit.",
        "here": "En session sur cet appareil",
        "nowhere": "Pas encore dans le portail",
        "front": "La connexion de démonstration est prête",
        "front_lead": "Ouvrez le portail et choisissez Se connecter; vous arriverez ici.",
        "absent": "Cette page n’existe pas",
        "absent_lead": "Retournez au portail et connectez-vous à partir de là.",
        "nobody": "Personne ne porte ce nom ici",
        "nobody_lead": "Revenez en arrière et choisissez l’une des personnes affichées.",
        "refused": "Cette connexion ne peut pas continuer",
        "refused_lead": "Retournez au portail et choisissez de nouveau Se connecter.",
        "signed_out": "Vous êtes déconnecté",
        "signed_out_lead": "Vous pouvez fermer cette page.",
    },
}
_ROLES = {
    "partner_seller": ("Seller", "Vente"),
    "partner_manager": ("Manager", "Direction"),
    "partner_administrator": ("Administrator", "Administration"),
    "channel_manager": ("Channel manager", "Gestion des partenaires"),
    "vendor_seller": ("Seller", "Vente"),
    "approver": ("Approver", "Approbation"),
    "support_agent": ("Support agent", "Soutien"),
    "finance": ("Finance", "Finances"),
    "programme_administrator": ("Programme administrator", "Administration du programme"),
    "security_administrator": ("Security administrator", "Administration de la sécurité"),
    "auditor": ("Auditor", "Vérification"),
    "guest": ("Guest", "Personne invitée"),
}
_NOTES_FR = {
    "carla": "S’occupe de Harbour, de Northwind et de Lakeside",
    "omar": "Décide jusqu’à 100\u00a0000",
    "olga": "Décide sans limite",
    "sam": "Répond aux demandes de soutien",
    "fay": "Tient les budgets et les paiements",
    "vic": "Travaille les affaires qui lui reviennent ou sont partagées avec lui",
    "pia": "Règle le programme de partenariat",
    "sid": "Voit les personnes et les connexions, aucune affaire",
    "axel": "Lit tout, n’écrit rien",
    "diego": "Distributeur; voit aussi Northwind et Lakeside",
    "ana": "Voit ses propres dossiers",
    "noah": "Voit ses propres dossiers",
    "marc": "Voit tous les dossiers de Northwind",
    "nadia": "S’occupe des personnes de Northwind",
    "dora": "Son accès a été fermé",
    "uma": "Travaille chez Northwind; personne ne l’a encore invitée",
    "theo": "Vient de rejoindre le programme",
}


def language_for(tag: str) -> str:
    """Return "fr" for any French language tag, else "en"."""
    return "fr" if tag.lower().partition("-")[0] == "fr" else "en"


def choice(action: str, language: str, is_anew: bool = False, known: Persona | None = None) -> str:
    """Return the page with one button a persona; the form posts to the path `action`.

    Whoever is asked anew is told so, and the persona that is `known` in the browser stands first.
    """
    words = _WORDS[language]
    name = "again" if is_anew else "title"
    lead = "again_lead" if is_anew else "lead"
    first = known if is_anew else None
    others = [persona for persona in (*PERSONAS, *GUESTS) if persona is not first]
    groups = _group(words["here"], [first], language) if first else ""
    groups += "".join(
        _group(organisation or words["nowhere"], people, language)
        for organisation, people in groupby(others, key=lambda persona: persona.organisation)
    )
    return _document(
        words[name],
        words[lead],
        language,
        f'<form method="post" action="{escape(action)}">{groups}</form>',
    )


def front(language: str) -> str:
    """Return the page at the provider's root."""
    return message("front", language)


def message(name: str, language: str, detail: str = "") -> str:
    """Return the page that says `name` (a key of the words above), with a technical detail."""
    words = _WORDS[language]
    aside = f'<p class="detail">{escape(detail)}</p>' if detail else ""
    return _document(words[name], words[f"{name}_lead"], language, aside)


def _group(legend: str, people: Iterable[Persona], language: str) -> str:
    buttons = "".join(_button(persona, language) for persona in people)
    return f"<fieldset><legend>{escape(legend)}</legend>{buttons}</fieldset>"


def _button(persona: Persona, language: str) -> str:
    is_french = language == "fr"
    parts = [_ROLES[persona.role][is_french]]
    if note := _NOTES_FR.get(persona.short) if is_french else persona.note:
        parts.append(note)
    initials = "".join(word[0] for word in persona.name.split()[:2])
    return (
        f'<button name="persona" value="{escape(persona.short)}">'
        f'<span class="initials" aria-hidden="true">{escape(initials)}</span>'
        f'<span class="who"><span class="name">{escape(persona.name)}</span> '
        f'<span class="role">{escape(" · ".join(parts))}</span></span></button>'
    )


def _document(title: str, lead: str, language: str, content: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<title>{escape(title)}</title><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="/style.css"></head>'
        f"<body><main><h1>{escape(title)}</h1><p>{escape(lead)}</p>{content}</main></body></html>\n"
    )
