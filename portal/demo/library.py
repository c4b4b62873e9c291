"""What does Meridian hand its partners, in which versions, and who has taken which?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from portal.domain.assets.audience import Facets
from portal.domain.assets.models import Facet, Kind, Status

FOLDERS = {
    "sales": ("Sell", "Vendre"),
    "prices": ("Prices and terms", "Prix et conditions"),
    "products": ("Products", "Produits"),
    "marketing": ("Marketing", "Marketing"),
}


@dataclass(frozen=True)
class Issue:
    """One version: how many days ago it came out, what changed, and what a file says."""

    days: int
    note: tuple[str, str] = ("", "")
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class Paper:
    """One asset; ``file`` names its content, ``stands`` how far the last version has come."""

    folder: str
    kind: Kind
    title: tuple[str, str]
    issues: Sequence[Issue]
    summary: tuple[str, str] = ("", "")
    language: str = "en"
    tags: Sequence[str] = ()
    file: str = ""
    link: str = ""
    text: tuple[str, str] = ("", "")
    facets: Facets = field(default_factory=dict)
    author: str = "pia"
    stands: Status = Status.PUBLISHED
    from_in: int = 0
    taken: Sequence[tuple[str, int, int]] = ()
    """Who took which version how many days ago."""


_SELLERS: Facets = {Facet.TYPE: ("reseller", "distributor")}
_CANADA: Facets = {Facet.TYPE: ("reseller", "distributor"), Facet.COUNTRY: ("CA",)}

PAPERS = (
    Paper(
        "prices", Kind.PRICING, ("Partner price list, Canada", "Liste de prix partenaires, Canada"),
        (
            Issue(120, lines=("Palletiser PX-4: 84,000 CAD", "Arm CA-10: 38,500 CAD")),
            Issue(64, ("The arm costs less.", "Le bras coûte moins cher."),
                  ("Palletiser PX-4: 84,000 CAD", "Arm CA-10: 36,900 CAD")),
            Issue(6, ("The palletiser’s price and the price of yearly service have changed.",
                      "Le prix du palettiseur et celui de l’entretien annuel ont changé."),
                  ("Palletiser PX-4: 87,200 CAD", "Arm CA-10: 36,900 CAD",
                   "Service, yearly: 6 % of the price")),
        ),
        ("What each product costs partners in Canada, valid until the next list.",
         "Ce que chaque produit coûte aux partenaires du Canada, jusqu’à la prochaine liste."),
        "both", ("prices", "prix", "CAD"), "partner-price-list-canada.pdf", facets=_CANADA,
        taken=(("ana", 2, 40), ("marc", 3, 5), ("lena", 1, 100), ("diego", 3, 5)),
    ),
    Paper(
        "prices", Kind.PRICING, ("Partner price list, United States", ""),
        (Issue(60, lines=("Palletiser PX-4: 62,000 USD", "Arm CA-10: 27,400 USD")),),
        ("What each product costs partners in the United States.", ""),
        "en", ("prices", "USD"), "partner-price-list-us.pdf",
        facets={Facet.TYPE: ("reseller", "distributor"), Facet.COUNTRY: ("US",)},
        taken=(("bruno", 1, 30),),
    ),
    Paper(
        "prices", Kind.PRICING, ("Gold discount table", "Tableau des remises Or"),
        (Issue(90, lines=("From 3 units: 4 %", "From 8 units: 7 %")),),
        ("Discounts on volume for Gold partners.", "Remises sur volume des partenaires Or."),
        "both", ("discount", "remise"), "gold-discounts.pdf",
        facets={Facet.TIER: ("Gold", "Platinum")},
    ),
    Paper(
        "prices", Kind.TERMS, ("Terms of delivery", "Conditions de livraison"),
        (Issue(200, lines=("Delivery ex works Guelph",)),
         Issue(33, ("Delivery takes eight weeks in place of ten.",
                    "La livraison prend huit semaines au lieu de dix."),
               ("Delivery ex works Guelph", "Eight weeks from the order"))),
        ("How and when machines are delivered.", "Comment et quand les machines sont livrées."),
        "both", ("delivery", "livraison"), "terms-of-delivery.pdf",
    ),
    Paper(
        "sales", Kind.DECK, ("Meridian in twenty minutes", "Meridian en vingt minutes"),
        (Issue(75, lines=("Who we are", "What we build", "What customers save")),),
        ("The first presentation for a new customer.",
         "La première présentation pour un nouveau client."),
        "both", ("introduction", "présentation"), "meridian-in-twenty-minutes.pdf",
        author="carla", taken=(("rosa", 1, 20), ("ana", 1, 50)),
    ),
    Paper(
        "sales", Kind.DECK, ("Palletising: what it saves", "Palettisation : l’épargne"),
        (Issue(48, lines=("2.4 people a shift", "Pays back in 19 months")),),
        ("With figures from nine customers.", "Avec les chiffres de neuf clients."),
        "both", ("palletiser", "savings", "économies"), "palletising-savings.pdf",
        facets={**_SELLERS, Facet.PRODUCT: ("PAL", "DEP")},
    ),
    Paper(
        "sales", Kind.BATTLE_CARD, ("Against Kestrel arms", "Face aux bras Kestrel"),
        (Issue(110, lines=("They are cheaper to buy",)),
         Issue(21, ("Kestrel’s new warranty is in it.", "La nouvelle garantie y figure."),
               ("They are cheaper to buy", "Ours needs no fence", "Warranty: twice as long"))),
        ("What to say when a customer has an offer of theirs.",
         "Quoi dire quand le client a une offre d’eux."),
        "both", ("competition", "concurrence", "arm"), "battle-card-kestrel.pdf",
        facets={**_SELLERS, Facet.PRODUCT: ("ARM",)},
        taken=(("marc", 1, 80), ("bruno", 2, 9)),
    ),
    Paper(
        "sales", Kind.MESSAGING, ("How we speak of safety", "Comment parler de sécurité"),
        (Issue(35),),
        ("Sentences that are true and that customers understand.",
         "Des phrases vraies que les clients comprennent."),
        "both", ("safety", "sécurité"),
        text=("Say what the robot does when somebody comes near: it slows down, then it stands.\n\n"
              "Do not say that it is safe. Say what was tested, by whom, and when.",
              "Dites ce que fait le robot quand on s’approche : il ralentit, puis s’arrête.\n\n"
              "Ne dites pas qu’il est sûr. Dites ce qui a été testé, par qui et quand."),
        author="carla",
    ),
    Paper(
        "products", Kind.RELEASE_NOTES, ("Fleet software 5.2", "Logiciel de flotte 5.2"),
        (Issue(12),),
        ("What is new, and what to do before you update.",
         "Les nouveautés, et quoi faire avant la mise à jour."),
        "both", ("software", "logiciel", "update"),
        text=("Charging is planned over the whole shift.\nMaps can be shared between sites.\n\n"
              "Before the update, let every robot finish its round.",
              "La recharge est planifiée sur tout le quart.\nLes plans se partagent.\n\n"
              "Avant la mise à jour, laissez chaque robot finir sa ronde."),
        facets={Facet.PRODUCT: ("FLEET",)},
    ),
    Paper(
        "products", Kind.OTHER, ("Data sheet: robot MT-3", "Fiche technique : robot MT-3"),
        (Issue(85, lines=("Load: 600 kg", "Speed: 1.8 m/s")),),
        ("Measures, weights and interfaces.", "Dimensions, poids et interfaces."),
        "both", ("data sheet", "fiche"), "data-sheet-mt-3.pdf", facets={Facet.PRODUCT: ("AMR",)},
    ),
    Paper(
        "products", Kind.OTHER, ("Interface guide for technology partners", ""),
        (Issue(58, lines=("REST and MQTT", "Ask for a test key")),),
        ("How your product talks to the fleet software.", ""),
        "en", ("API", "integration"), "interface-guide.pdf",
        facets={Facet.TYPE: ("technology",)}, taken=(("ivo", 1, 15),),
    ),
    Paper(
        "products", Kind.OTHER, ("Spare parts catalogue", "Catalogue de pièces"),
        (Issue(140),), ("It stands on our website.", "Il se trouve sur notre site."),
        "both", ("spare parts", "pièces"), link="https://parts.meridian-robotics.example/catalogue",
    ),
    Paper(
        "marketing", Kind.OTHER, ("Picture: the arm at work", "Image : le bras au travail"),
        (Issue(66),), ("For your website and your offers.", "Pour votre site et vos offres."),
        "both", ("picture", "image"), "arm-at-work.png", author="carla",
    ),
    Paper(
        "marketing", Kind.MESSAGING, ("", "Texte pour votre site, en français"),
        (Issue(44),), ("", "Trois paragraphes à reprendre tels quels."), "fr", ("site", "texte"),
        text=("", "Meridian construit des robots qui travaillent à côté des gens."),
        facets={Facet.LANGUAGE: ("fr",)},
    ),
    Paper(
        "sales", Kind.BATTLE_CARD, ("Against Orbit mobile robots", "Face aux robots mobiles Orbit"),
        (Issue(150, lines=("Their charger is slow",)),),
        ("Withdrawn: Orbit has a new charger.", ""), "both", ("competition",),
        "battle-card-orbit.pdf", facets=_SELLERS, stands=Status.WITHDRAWN,
        taken=(("ana", 1, 90), ("bruno", 1, 120)),
    ),
    Paper(
        "prices", Kind.PRICING, ("Prices from January", "Prix à compter de janvier"),
        (Issue(2, ("All prices for the new year.", "Tous les prix de la nouvelle année."),
               ("Palletiser PX-4: 89,000 CAD",)),),
        ("They go out by themselves.", "Ils sortent d’eux-mêmes."), "both", ("prices", "prix"),
        "prices-from-january.pdf", facets=_CANADA, stands=Status.SCHEDULED, from_in=9,
    ),
    Paper(
        "marketing", Kind.DECK, ("Autumn campaign", "Campagne d’automne"),
        (Issue(1, lines=("Invite five customers", "Show the arm")),),
        ("Slides and an invitation.", "Diapositives et invitation."), "both", ("campaign",),
        "autumn-campaign.pdf", author="carla", stands=Status.IN_REVIEW,
    ),
    Paper(
        "products", Kind.RELEASE_NOTES, ("Vision station 2.0", "Poste de vision 2.0"),
        (Issue(0),), ("Not finished.", ""), "en", ("vision",), text=("To be written.", ""),
        facets={Facet.PRODUCT: ("VIS",)}, stands=Status.DRAFT,
    ),
)  # fmt: skip

REASON = "Orbit has a new charger, so what it says is not true any more."
