"""What does the demo vendor ask of its new partners?"""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.checklist_templates.content import Fact, Item, Kind, Owner, Question
from portal.domain.organisations.models import PartnerType

ACADEMY = "https://academy.meridian.example"


@dataclass(frozen=True)
class Asked:
    """One template: for whom, what it is called, and what it asks."""

    partner_type: PartnerType
    name: tuple[str, str]
    items: tuple[Item, ...]


CONTACT = Item(
    "contact", Kind.ACCOUNT, "How the company is reached", Owner.ADMINISTRATOR,
    "Comment joindre l’entreprise",
    "Customers and we write to this address.",
    "Les clients et nous écrivons à cette adresse.",
    due_days=5, fact=Fact.CONTACT,
)  # fmt: skip
PROFILE = Item(
    "profile", Kind.FORM, "Tell us how you sell", Owner.LEAD, "Dites-nous comment vous vendez",
    "A few sentences are enough. We send you the right leads and people by them.",
    "Quelques phrases suffisent. Elles nous aident à vous envoyer les bons clients.",
    due_days=7,
    questions=(
        Question("customers", "Who are your typical customers?", "Qui sont vos clients types?"),
        Question("team", "Who sells and who installs?", "Qui vend et qui installe?"),
    ),
)  # fmt: skip
INSURANCE = Item(
    "insurance", Kind.UPLOAD, "Certificate of liability insurance", Owner.LEAD,
    "Attestation d’assurance responsabilité",
    "At least 2 million dollars, and valid for the whole year. A photo of it will do.",
    "Au moins 2 millions de dollars, pour toute l’année. Une photo suffit.",
    due_days=14, needs_file=True, renew_months=12,
)  # fmt: skip
COLLEAGUE = Item(
    "colleague", Kind.ACCOUNT, "Bring in a colleague", Owner.ADMINISTRATOR,
    "Faites venir un collègue", "Two people are reached when one is away.",
    "À deux, il y a toujours quelqu’un.", due_days=20, is_mandatory=False, fact=Fact.COLLEAGUE,
)  # fmt: skip
SAFETY = Item(
    "safety", Kind.TRAINING, "Safety training for collaborative arms", Owner.ANYBODY,
    "Formation de sécurité pour les bras collaboratifs",
    "Forty minutes online. Send us the certificate that you get at its end.",
    "Quarante minutes en ligne. Envoyez-nous l’attestation que vous recevez à la fin.",
    due_days=21, after=("profile",), needs_file=True, link=f"{ACADEMY}/safety", renew_months=24,
)  # fmt: skip
PRODUCTS = Item(
    "products", Kind.ACCOUNT, "Products and countries agreed", Owner.STAFF,
    "Produits et pays convenus",
    "We set products and countries before the first deal.",
    "Nous fixons les produits et les pays avant la première affaire.",
    due_days=10, fact=Fact.PRODUCTS,
)  # fmt: skip
CALL = Item(
    "call", Kind.CALL, "Kick-off call", Owner.STAFF, "Appel de lancement",
    "Half an hour with your channel manager: who does what, and the first three customers.",
    "Une demi-heure avec votre responsable: qui fait quoi, et les trois premiers clients.",
    due_days=25, after=("profile", "insurance"),
)  # fmt: skip

TEMPLATES = (
    Asked(
        PartnerType.RESELLER, ("New resellers", "Nouveaux revendeurs"),
        (CONTACT, PROFILE, INSURANCE, SAFETY, COLLEAGUE, PRODUCTS, CALL),
    ),
    Asked(
        PartnerType.DISTRIBUTOR, ("New distributors", "Nouveaux distributeurs"),
        (CONTACT, PROFILE, INSURANCE, COLLEAGUE, PRODUCTS, CALL),
    ),
    Asked(
        PartnerType.REFERRAL, ("New referral partners", "Nouveaux partenaires de recommandation"),
        (CONTACT, PROFILE),
    ),
)  # fmt: skip
# Still being written.
DRAFT = Asked(
    PartnerType.SERVICES, ("New service partners", "Nouveaux partenaires de services"),
    (CONTACT, SAFETY),
)  # fmt: skip

ANSWERS = {
    "customers": "Food and beverage plants between Laval and Drummondville, 50 to 300 people.",
    "team": "Two of us sell; three technicians install and keep the lines running.",
}
TOO_SHORT = "It ends next month. Please send the one that is valid for the whole year."
