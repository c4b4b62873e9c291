"""What have Northwind's sellers registered that has become no deal?"""

from portal.demo import enclosures
from portal.demo.story import Customer, Story, ask, reject, take, withdraw
from portal.domain.registrations.models import RejectReason

STORIES = (
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
        files=(enclosures.LINE_2,),
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
        files=(enclosures.FREEZER, enclosures.MOVES,),
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
        files=(enclosures.BEAUSEJOUR,),
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
        files=(enclosures.GREAT_LAKES, enclosures.THREE_LINES,),
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
        files=(enclosures.LAVAL,),
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
