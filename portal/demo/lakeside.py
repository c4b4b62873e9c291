"""What has Lakeside's seller registered, and how did it go on?"""

from portal.demo import enclosures
from portal.demo.story import (
    Customer,
    Story,
    add,
    amend,
    answer,
    approve,
    ask,
    compare,
    lose,
    move,
    plan,
    reject,
    take,
    tick,
    win,
    withdraw,
)
from portal.domain.deals.models import LossReason, Stage
from portal.domain.registrations.models import MatchAnswer, RejectReason

REGISTRATIONS = (
    Story(
        by="lena",
        customer=Customer(
            "Chocolaterie Mont-Royal", "chocolateriemontroyal.ca", region="QC", city="Montréal",
            contact="Inès Delorme", email="ines", phone="+15145550183",
        ),
        begun="1d 09:35",
        products=("ARM", "VIS"),
        value=47_000,
        close_in=90,
        need="Les boîtes assorties sont garnies à la main. L’atelier veut un bras et une caméra"
        " qui vérifie chaque boîte avant la fermeture.",
        drafted=2,
    ),
    Story(
        by="lena",
        customer=Customer(
            "Imprimerie Boréale", "https://imprimerieboreale.ca", region="QC", city="Québec",
            contact="Rémi Castonguay", email="remi.castonguay", phone="+14185550126",
        ),
        begun="1d 14:10",
        files=(enclosures.BOREALE,),
        products=("AMR",),
        value=59_000,
        close_in=105,
        need="Les palettes de papier traversent l’atelier huit fois par jour. L’imprimerie veut"
        " deux robots pour alimenter les presses.",
        done={"meeting": 7, "site_visit": 2},
        own_reference="LK-118",
    ),
    Story(
        by="lena",
        customer=Customer(
            "Pharmacie centrale Universanté", "universante.ca", region="QC", city="Gatineau",
            contact="Nadine Okafor", email="nadine.okafor", phone="+18195550157",
        ),
        begun="3d 13:20",
        products=("ARM", "FLEET"),
        value=71_000,
        close_in=80,
        need="La pharmacie prépare 900 piluliers par jour pour des résidences. Elle veut que des"
        " bras fassent la mise en bac la nuit.",
        done={"call": 11, "demo": 3},
        path=(take("carla", "2d 15:50"),),
    ),
    Story(
        by="lena",
        customer=Customer(
            "Textiles Yamaska", "textilesyamaska.ca", region="QC", city="Granby",
            contact="Bruno Lachance", email="blachance", phone="+14505550149",
        ),
        begun="8d 10:40",
        products=("VIS",),
        value=52_000,
        close_in=95,
        need="Les défauts de tissage sont repérés trop tard. L’usine veut une inspection en"
        " continu sur deux métiers pour commencer.",
        done={"site_visit": 6},
        path=(
            take("carla", "7d 11:30"),
            ask(
                "olga",
                "6d 16:10",
                contact_email="Le courriel nous est revenu. Avez-vous une autre adresse?",
                rivals="Qui d’autre a déjà visité l’usine?",
            ),
        ),
    ),
    Story(
        by="lena",
        customer=Customer(
            "Laiterie des Cantons (usine de Magog)", "www.laiteriedescantons.ca", region="QC",
            city="Magog", contact="Éric Fontaine", email="eric.fontaine", phone="+18195550161",
        ),
        begun="20d 09:30",
        products=("AMR",),
        value=44_000,
        close_in=60,
        need="L’usine de Magog veut déplacer ses bacs vers la chambre froide sans chariot"
        " élévateur, comme à Sherbrooke.",
        done={"call": 4, "meeting": 1},
        path=(
            take("olga", "19d 10:05"),
            compare("olga", "18d 14:20", MatchAnswer.SAME),
            reject(
                "olga",
                "18d 14:35",
                RejectReason.PROTECTED,
                "Cette entreprise est déjà réservée pour les robots de transport, l’usine de"
                " Magog comprise. Pour un autre produit, inscrivez-la de nouveau.",
            ),
        ),
    ),
    Story(
        by="lena",
        customer=Customer(
            "Métallurgie Chaudière", "metallurgiechaudiere.ca", region="QC",
            city="Saint-Georges", contact="Yvan Poulin", email="ypoulin", phone="+14185550170",
        ),
        begun="16d 15:05",
        products=("ARM",),
        value=39_000,
        close_in=70,
        need="L’atelier cherche un bras pour charger deux tours à commande numérique le soir.",
        done={"call": 3},
        path=(
            take("carla", "15d 10:45"),
            withdraw("13d 09:20", "Le client a acheté une machine d’occasion."),
        ),
    ),
)  # fmt: skip

DEALS = (
    Story(
        by="lena",
        customer=Customer(
            "Ébénisterie Lanaudière", "ebenisterielanaudiere.ca", region="QC", city="Joliette",
            contact="Karine Hébert", email="karine", phone="+14505550114",
        ),
        begun="10d 11:25",
        products=("ARM",),
        value=34_000,
        close_in=100,
        need="Le ponçage des portes prend la moitié du temps de fabrication; l’atelier veut"
        " essayer un bras sur un poste.",
        done={"demo": 4},
        path=(take("carla", "9d 09:30"), approve("omar", "8d 15:15")),
    ),
    Story(
        by="lena",
        customer=Customer(
            "Serres du Richelieu", "serresdurichelieu.ca", region="QC", city="Chambly",
            contact="Thomas Ouellet", email="thomas.ouellet", phone="+14505550120",
        ),
        begun="27d 09:10",
        products=("AMR", "FLEET"),
        value=76_000,
        close_in=115,
        need="Les chariots de plants parcourent douze kilomètres par jour entre les serres et le"
        " quai. Trois robots suffiraient pour la saison.",
        done={"meeting": 10, "site_visit": 4},
        path=(
            take("carla", "26d 10:20"),
            approve("omar", "25d 11:05"),
            move("17d 14:50", Stage.QUALIFIED),
            add("6d 16:20", enclosures.RICHELIEU),
            plan("5d 09:45", "Envoyer le plan de circulation à Thomas", 4),
        ),
    ),
    Story(
        by="lena",
        customer=Customer(
            "Clinique vétérinaire de l’Estrie", "cliniqueveterinaireestrie.ca", region="QC",
            city="Magog", contact="Dre Sophie Nadon", email="snadon", phone="+18195550196",
        ),
        begun="36d 13:00",
        products=("ARM",),
        value=21_500,
        close_in=45,
        need="Le laboratoire étiquette et range des centaines d’échantillons par jour; la"
        " clinique veut automatiser cette étape.",
        done={"demo": 2, "trial": 1},
        path=(
            take("carla", "35d 09:40"),
            approve("omar", "34d 10:15"),
            move("28d 11:20", Stage.QUALIFIED),
            move("12d 15:35", Stage.PROVING),
            plan("3d 10:50", "Faire le point sur l’essai de deux semaines", 5),
        ),
    ),
    Story(
        by="lena",
        customer=Customer(
            "Cosmétiques Florence", "cosmetiquesflorence.ca", region="QC", city="Laval",
            contact="Florence Aubin", email="florence", phone="+14505550133",
        ),
        begun="47d 10:30",
        products=("VIS", "ARM"),
        value=88_000,
        close_in=28,
        need="Les flacons sont remplis en petites séries. Le client veut vérifier chaque"
        " bouchon et mettre en étui sans reprise manuelle.",
        done={"call": 20, "meeting": 9, "proposal": 2},
        rivals="Un intégrateur de Toronto",
        path=(
            take("carla", "46d 09:15"),
            ask("carla", "45d 10:00", need="Combien de formats de flacons en tout?"),
            answer("44d 13:30", need="Quatorze formats, dont quatre font la moitié du volume."),
            approve("omar", "43d 14:45"),
            move("37d 09:25", Stage.QUALIFIED),
            move("24d 16:00", Stage.PROVING),
            move("5d 14:15", Stage.AGREEING),
            plan("5d 14:18", "Présenter les conditions de paiement", 3),
        ),
    ),
    Story(
        by="lena",
        customer=Customer(
            "Aliments Côte-Nord", "alimentscotenord.ca", region="QC", city="Sept-Îles",
            contact="Julie Vollant", email="julie.vollant", phone="+14185550108",
        ),
        begun="60d 15:25",
        products=("AMR",),
        value=63_000,
        close_in=10,
        need="La chambre froide manque de caristes l’hiver; deux robots doivent faire la navette"
        " jusqu’au quai.",
        done={"call": 13, "site_visit": 5},
        path=(
            take("omar", "59d 09:50"),
            approve("omar", "58d 10:35"),
            move("50d 11:45", Stage.QUALIFIED),
            move("38d 10:10", Stage.AGREEING),
            move("11d 15:20", Stage.VERBAL_YES),
        ),
    ),
    Story(
        by="lena",
        customer=Customer(
            "Centre d’archives de Lévis", "archiveslevis.ca", region="QC", city="Lévis",
            contact="Marguerite Fiset", email="mfiset", phone="+14185550187",
        ),
        begun="66d 09:55",
        products=("AMR", "FLEET"),
        value=55_500,
        close_in=-20,
        need="Les boîtes demandées doivent arriver en salle de lecture en moins de dix minutes,"
        " sans déranger les lecteurs.",
        done={"meeting": 12, "demo": 5},
        path=(
            take("carla", "65d 10:40"),
            approve("omar", "64d 09:20"),
            move("56d 13:10", Stage.PROVING),
            plan("55d 09:00", "Essai dans le magasin B", -64),
            tick("46d 16:40"),
            move("33d 11:15", Stage.AGREEING),
            amend("30d 10:25", value=57_000),
            win("19d 15:50"),
        ),
    ),
    Story(
        by="lena",
        customer=Customer(
            "Transport Bois-Francs", "transportboisfrancs.ca", region="QC", city="Victoriaville",
            contact="Alain Tanguay", email="atanguay", phone="+18195550175",
        ),
        begun="54d 10:15",
        products=("AMR",),
        value=49_000,
        close_in=5,
        need="Le transporteur veut trier les colis entre six quais sans chariots, surtout avant"
        " les fêtes.",
        done={"call": 6, "meeting": 2},
        path=(
            take("carla", "53d 09:35"),
            approve("omar", "52d 11:00"),
            move("44d 10:45", Stage.QUALIFIED),
            lose("21d 09:05", LossReason.PRICE),
        ),
    ),
)  # fmt: skip

STORIES = (*REGISTRATIONS, *DEALS)
