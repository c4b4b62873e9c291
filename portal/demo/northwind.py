"""What have Northwind's sellers registered, and how did it go on?"""

from portal.demo.story import (
    Customer,
    Story,
    amend,
    answer,
    approve,
    ask,
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
from portal.domain.registrations.models import RejectReason

REGISTRATIONS = (
    Story(
        by="ana",
        customer=Customer("Ottawa Valley Creamery", "ottawavalleycreamery.ca", region="ON"),
        begun="2d 16:40",
        drafted=1,
    ),
    Story(
        by="ana",
        customer=Customer(
            "Kingston Paper Works", "https://www.kingstonpaperworks.ca", region="ON",
            city="Kingston", contact="Gareth Lowe", email="g.lowe", phone="+16135550118",
        ),
        begun="1d 11:05",
        products=("PAL", "FLEET"),
        value=72_000,
        close_in=110,
        need="Reels are stacked by hand on three shifts. They want one palletiser at the end of"
        " line 2 before the summer shutdown, and later a second one.",
        drafted=2,
    ),
    Story(
        by="noah",
        customer=Customer(
            "Brasserie du Fleuve", "brasseriedufleuve.ca", region="QC", city="Rimouski",
            contact="Solène Vachon", email="solene.vachon", phone="+14185550131",
        ),
        begun="3d 15:20",
        drafted=1,
    ),
    Story(
        by="ana",
        customer=Customer(
            "Bluewater Cold Storage", "bluewatercold.ca", region="ON", city="Sarnia",
            contact="Priya Nair", email="priya.nair", phone="+15195550147",
        ),
        begun="40m",
        products=("AMR", "FLEET"),
        value=64_000,
        close_in=95,
        need="Pallets have to cross two freezer halls at minus 25. Two people a shift do nothing"
        " but drive; they cannot hire any more of them.",
        done={"call": 6, "site_visit": 1},
        own_reference="NW-2231",
    ),
    Story(
        by="noah",
        customer=Customer(
            "Ferme avicole Beauséjour", region="QC", city="Saint-Hyacinthe",
            contact="Luc Beauséjour", email="fermebeausejour@videotron.ca", phone="+14505550162",
            street="412, rang Saint-Édouard", postal_code="J2T 5H8",
        ),
        begun="1d 15:40",
        products=("ARM", "VIS"),
        value=38_500,
        close_in=80,
        need="Les œufs sont mirés et mis en caisse à la main. La ferme veut un poste de mirage"
        " automatique et un bras pour la mise en caisse avant l’automne.",
        done={"call": 9, "meeting": 2},
        rivals="Un intégrateur local",
        may_contact="ask",
    ),
    Story(
        by="marc",
        customer=Customer(
            "Great Lakes Packaging", "www.greatlakespackaging.ca", region="ON", city="Hamilton",
            contact="Owen Achebe", email="owen.achebe", phone="+19055550109",
        ),
        begun="1d 16:30",
        products=("PAL", "AMR", "FLEET"),
        value=185_000,
        close_in=170,
        need="They are moving three lines into one hall and want the whole end of line from one"
        " supplier: two palletisers, six transport robots and the fleet software.",
        done={"call": 30, "meeting": 21, "site_visit": 12, "proposal": 3},
        rivals="Two European makers",
        own_reference="NW-2229",
    ),
    Story(
        by="noah",
        customer=Customer(
            "Northern Robotics Canada", "https://shop.northernrobotics.com/ca", region="ON",
            city="Sudbury", contact="Amélie Renaud", email="a.renaud", phone="+17055550123",
        ),
        begun="2d 09:50",
        products=("AMR", "FLEET"),
        value=92_000,
        close_in=120,
        need="L’atelier de Sudbury veut approvisionner ses postes de montage sans chariots. Un"
        " essai avec deux robots est prévu, puis dix autres.",
        done={"meeting": 5, "demo": 2},
        path=(take("omar", "1d 10:15"),),
    ),
    Story(
        by="ana",
        customer=Customer(
            "Cedar & Pine Furniture", "cedarandpine.ca", region="ON", city="Barrie",
            contact="Helen Strand", email="helen", phone="+17055550171",
        ),
        begun="3d 10:30",
        products=("ARM",),
        value=36_500,
        close_in=70,
        need="Sanding chair backs wears their people out. They want an arm that takes over the"
        " first pass and can be moved between two benches.",
        done={"meeting": 8, "demo": 1},
        own_reference="NW-2226",
        path=(take("carla", "2d 13:05"),),
    ),
    Story(
        by="marc",
        customer=Customer(
            "Rideau Valley Foods", "rideauvalleyfoods.ca", region="ON", city="Ottawa",
            contact="Samir Haddou", email="samir.haddou", phone="+16135550190",
        ),
        begun="6d 11:20",
        products=("VIS",),
        value=54_000,
        close_in=65,
        need="Labels are checked by eye and two recalls last year began with a wrong one. They"
        " want every tray inspected before it is wrapped.",
        done={"call": 15, "meeting": 7},
        path=(take("omar", "5d 09:40"),),
    ),
    Story(
        by="ana",
        customer=Customer(
            "Laurentide Dental Group", "https://www.laurentidedental.ca/en", region="QC",
            city="Laval", contact="Mireille Caron", email="m.caron", phone="+15145550127",
        ),
        begun="14d 09:20",
        products=("AMR", "FLEET"),
        value=48_000,
        close_in=75,
        need="Instrument trays travel between the sterilisation room and eleven surgeries by"
        " hand. They want two quiet transport robots and a record of every tray.",
        done={"meeting": 6, "demo": 2},
        own_reference="NW-2207",
        path=(
            take("carla", "13d 10:10"),
            ask(
                "carla",
                "c13 15:00",
                close_on="When does their board decide? The date looks early for a first order.",
                need="Is this for the Laval clinic alone, or for all four? We plan the mapping"
                " visit from that.",
            ),
        ),
    ),
    Story(
        by="noah",
        customer=Customer(
            "Scierie Haute-Mauricie", "sciehautemauricie.ca", region="QC", city="La Tuque",
            contact="Denis Gélinas", email="dgelinas", phone="+18195550144",
        ),
        begun="7d 08:55",
        products=("PAL",),
        value=78_000,
        close_in=130,
        need="Les paquets de lattes sont empilés à la main en bout de chaîne. La scierie veut un"
        " palettiseur qui supporte la poussière et le froid.",
        done={"call": 20, "site_visit": 4},
        path=(
            take("olga", "6d 09:10"),
            ask(
                "olga",
                "4d 14:25",
                value="Le montant comprend-il l’enceinte de sécurité et l’installation?",
            ),
        ),
    ),
    Story(
        by="ana",
        customer=Customer(
            "Harvest Moon Bakery", "harvestmoonbakery.ca", region="ON", city="Guelph",
            contact="Tess Vandermeer", email="tess", phone="+15195550155",
        ),
        begun="19d 14:15",
        products=("ARM",),
        value=29_000,
        close_in=40,
        need="The owner saw an arm at a trade fair and would like one to load the ovens.",
        done={"call": 1},
        path=(
            take("omar", "18d 10:30"),
            reject(
                "omar",
                "17d 16:05",
                RejectReason.NOT_ENOUGH_EVIDENCE,
                "One call is a little early for us to reserve a customer. Visit them, look at"
                " the ovens together, and register again with what you found.",
            ),
        ),
    ),
    Story(
        by="marc",
        customer=Customer(
            "Trillium Auto Parts", "trilliumautoparts.ca", region="ON", city="Oshawa",
            contact="Jordan Pike", email="jpike", phone="+12895550136",
        ),
        begun="26d 10:00",
        products=("AMR", "ARM"),
        value=140_000,
        close_in=90,
        need="They want transport robots between the press shop and assembly, and four arms for"
        " tending the presses.",
        done={"meeting": 10, "site_visit": 3},
        path=(
            take("olga", "25d 09:00"),
            reject(
                "olga",
                "24d 11:30",
                RejectReason.EXISTING_CUSTOMER,
                "Trillium has bought from us directly since spring, under a frame agreement"
                " that covers both plants.",
            ),
        ),
    ),
    Story(
        by="ana",
        customer=Customer(
            "St. Lawrence Seafood", "stlawrenceseafood.ca", region="ON", city="Cornwall",
            contact="Bea Thibault", email="bea", phone="+16135550164",
        ),
        begun="12d 13:30",
        products=("VIS",),
        value=41_000,
        close_in=85,
        need="Fillets are graded by eye; they want to grade by colour and size before packing.",
        done={"call": 5, "meeting": 2},
        path=(
            take("carla", "11d 09:45"),
            withdraw("9d 15:10", "They have put all spending off until next year."),
        ),
    ),
    Story(
        by="noah",
        customer=Customer(
            "Verger des Collines", "vergerdescollines.ca", region="QC", city="Rougemont",
            contact="Annick Roy", email="annick", phone="+14505550188",
        ),
        begun="22d 16:00",
        products=("PAL",),
        value=58_000,
        close_in=100,
        need="Les caisses de pommes partent sur palettes en petites séries, quatre formats par"
        " jour. Le verger cherche un palettiseur facile à régler.",
        done={"meeting": 3},
        path=(withdraw("21d 09:15"),),
    ),
)  # fmt: skip

DEALS = (
    Story(
        by="ana",
        customer=Customer(
            "Harbourview Clinics", "harbourviewclinics.ca", region="ON", city="Toronto",
            contact="Dr. Ines Moreau", email="ines.moreau", phone="+14165550142",
        ),
        begun="29d 10:05",
        products=("FLEET",),
        value=12_500,
        close_in=35,
        need="They own four of our robots from another supplier and want one view of all of them"
        " across both buildings.",
        done={"call": 12, "demo": 3},
        own_reference="NW-2178",
        path=(
            take("carla", "28d 11:20"),
            approve("omar", "27d 09:35"),
            plan("26d 14:00", "Show the fleet view to both facility managers", -24),
            tick("19d 16:30"),
            move("19d 16:34", Stage.QUALIFIED),
            move("8d 10:15", Stage.PROVING),
            plan("3d 17:05", "Read the trial's figures with Dr. Moreau", 2),
        ),
    ),
    Story(
        by="ana",
        customer=Customer(
            "Prairie Foods Co-op", "www.prairiefoods.coop", region="MB", city="Winnipeg",
            contact="Dana Whitecloud", email="dana.whitecloud", phone="+12045550119",
        ),
        begun="44d 13:10",
        products=("PAL", "FLEET"),
        value=79_000,
        close_in=24,
        need="Flour bags are palletised by hand at the end of two lines. They want one machine"
        " that serves both, with room for a third line.",
        done={"call": 25, "meeting": 14, "site_visit": 6},
        rivals="Their conveyor supplier's own palletiser",
        own_reference="NW-2154",
        path=(
            take("carla", "43d 09:25"),
            ask("carla", "43d 09:50", value="Does the amount include the second infeed?"),
            answer("42d 11:15", value="Yes, both infeeds and the guarding."),
            approve("omar", "41d 10:40"),
            move("36d 15:00", Stage.QUALIFIED),
            move("23d 11:45", Stage.PROVING),
            amend("9d 16:20", value=86_000),
            move("9d 16:25", Stage.AGREEING),
            plan("2d 15:40", "Send the revised quote to Dana", 1),
        ),
    ),
    Story(
        by="ana",
        customer=Customer(
            "Maritime Logistics Park", "maritimelogisticspark.ca", region="NS", city="Dartmouth",
            contact="Callum Reid", email="callum.reid", phone="+19025550173",
        ),
        begun="34d 09:00",
        products=("AMR", "FLEET"),
        value=67_500,
        close_in=140,
        need="The park wants to offer its tenants transport between the docks and the halls as a"
        " shared service, starting with four robots.",
        done={"meeting": 9},
        path=(take("carla", "33d 10:00"), approve("omar", "32d 14:30")),
    ),
    Story(
        by="ana",
        customer=Customer(
            "Erie Shore Vineyards", "erieshorevineyards.ca", region="ON", city="Leamington",
            contact="Marco Bellini", email="marco", phone="+15195550128",
        ),
        begun="71d 10:45",
        products=("PAL",),
        value=61_000,
        close_in=-12,
        need="Cases leave the bottling line faster than two people can stack them in the weeks"
        " after harvest.",
        done={"meeting": 11, "proposal": 2},
        own_reference="NW-2102",
        path=(
            take("omar", "70d 09:30"),
            approve("omar", "69d 15:20"),
            move("60d 10:10", Stage.QUALIFIED),
            plan("58d 11:00", "Visit the reference in Niagara with Marco", -66),
            tick("47d 17:00"),
            move("40d 09:20", Stage.AGREEING),
            amend("22d 10:00", value=58_400),
            move("14d 13:45", Stage.VERBAL_YES),
            win("8d 11:30"),
        ),
    ),
    Story(
        by="noah",
        customer=Customer(
            "Papeterie Saint-Maurice", "papeteriesaintmaurice.ca", region="QC",
            city="Trois-Rivières", contact="Ghislain Morel", email="ghislain.morel",
            phone="+18195550112",
        ),
        begun="24d 09:40",
        products=("AMR",),
        value=83_000,
        close_in=90,
        need="Les bobines vont de la coupeuse à l’emballage par chariot élévateur. Deux incidents"
        " cette année; la direction veut des robots sur ce trajet.",
        done={"call": 14, "site_visit": 5},
        path=(
            take("carla", "23d 13:15"),
            approve("olga", "22d 09:50"),
            move("13d 14:10", Stage.QUALIFIED),
            plan("4d 10:35", "Mesurer les allées avec l’équipe de sécurité", 6),
        ),
    ),
    Story(
        by="noah",
        customer=Customer(
            "Laiterie des Cantons", "laiteriedescantons.ca", region="QC", city="Sherbrooke",
            contact="Maude Lapierre", email="maude.lapierre", phone="+18195550139",
        ),
        begun="52d 11:00",
        products=("AMR", "VIS"),
        value=97_000,
        close_in=14,
        need="La laiterie veut contrôler chaque étiquette et déplacer les bacs vers la chambre"
        " froide sans cariste la nuit.",
        done={"meeting": 18, "demo": 7, "proposal": 1},
        rivals="Un fabricant allemand",
        path=(
            take("carla", "51d 09:05"),
            approve("omar", "50d 11:40"),
            move("45d 10:20", Stage.QUALIFIED),
            move("31d 15:30", Stage.PROVING),
            move("16d 09:10", Stage.AGREEING),
            move("7d 16:45", Stage.VERBAL_YES),
            plan("6d 09:00", "Recevoir le bon de commande signé", -2),
        ),
    ),
    Story(
        by="noah",
        customer=Customer(
            "Quincaillerie Rive-Sud", "quincaillerierivesud.ca", region="QC", city="Longueuil",
            contact="Patrice Dubé", email="pdube", phone="+14505550177",
        ),
        begun="57d 14:20",
        products=("AMR", "FLEET"),
        value=45_000,
        close_in=20,
        need="L’entrepôt veut préparer les commandes du soir avec moitié moins de marche pour"
        " les préparateurs.",
        done={"call": 8, "demo": 2},
        path=(
            take("omar", "56d 10:30"),
            approve("omar", "55d 15:00"),
            move("48d 11:10", Stage.QUALIFIED),
            move("35d 10:05", Stage.PROVING),
            lose("15d 16:15", LossReason.NO_BUDGET),
        ),
    ),
    Story(
        by="marc",
        customer=Customer(
            "Granite Peak Mining Supply", "granitepeak.ca", region="ON", city="Timmins",
            contact="Leah Kowalski", email="leah.kowalski", phone="+17055550198",
        ),
        begun="60d 09:15",
        products=("PAL", "AMR", "FLEET"),
        value=310_000,
        close_in=55,
        need="Their new depot ships spare parts to eleven mines. They want inbound pallets"
        " brought to the racks and outbound ones built by machine.",
        done={"call": 40, "meeting": 26, "site_visit": 9, "proposal": 2},
        rivals="Staying with forklifts",
        own_reference="NW-2117",
        path=(
            take("carla", "59d 09:00"),
            approve("olga", "57d 13:25", vendor_owner="vic"),
            move("49d 10:00", Stage.QUALIFIED),
            move("30d 14:40", Stage.PROVING),
            move("6d 11:10", Stage.AGREEING),
            plan("6d 11:15", "Go through the contract with their purchasing", 8),
        ),
    ),
    Story(
        by="dora",
        customer=Customer(
            "Halifax Marine Supply", "halifaxmarinesupply.ca", region="NS", city="Halifax",
            contact="Fergus Doyle", email="fergus", phone="+19025550105",
        ),
        begun="88d 10:20",
        products=("ARM",),
        value=33_000,
        close_in=-60,
        need="Welding brackets in small lots; they want one arm that their own people can teach.",
        done={"demo": 4},
        path=(
            take("omar", "87d 11:00"),
            approve("omar", "86d 09:30"),
            move("78d 15:15", Stage.PROVING),
            move("63d 10:50", Stage.AGREEING),
            win("52d 14:05"),
        ),
    ),
)  # fmt: skip

STORIES = (*REGISTRATIONS, *DEALS)
