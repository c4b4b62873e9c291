"""What has Harbour's manager registered, and how did it go on?"""

from portal.demo import enclosures
from portal.demo.story import (
    Customer,
    Story,
    add,
    amend,
    answer,
    approve,
    ask,
    lend,
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
from portal.domain.shares.models import Level

REGISTRATIONS = (
    Story(
        by="diego",
        customer=Customer(
            "Okanagan Fruit Growers", "okanaganfruitgrowers.ca", region="BC", city="Kelowna",
            contact="Hannah Sohi", email="hannah.sohi", phone="+12505550138",
        ),
        begun="4d 15:30",
        products=("PAL",),
        value=66_000,
        close_in=150,
        need="Eight carton sizes in one season and a new crew every year. They want a palletiser"
        " that anybody can set up.",
        drafted=2,
    ),
    Story(
        by="diego",
        customer=Customer(
            "Pacific Gateway Terminals", "https://pacificgatewayterminals.ca", region="BC",
            city="Delta", contact="Kenji Mori", email="kenji.mori", phone="+16045550151",
        ),
        begun="1d 13:20",
        files=(enclosures.PACIFIC,),
        products=("AMR", "DEP", "FLEET"),
        value=240_000,
        close_in=200,
        need="Containers of mixed cartons are emptied by hand into the cross-dock. They want the"
        " sorting side done by robots before the next peak.",
        done={"call": 35, "meeting": 20, "site_visit": 8, "proposal": 2},
        rivals="Two integrators from overseas",
        own_reference="HD-0907",
    ),
    Story(
        by="diego",
        customer=Customer(
            "Boreal Print Group", "www.imprimerieboreale.ca", region="QC", city="Québec",
            contact="Rémi Castonguay", email="remi.castonguay", phone="+14185550126",
        ),
        begun="4d 10:15",
        products=("AMR", "FLEET"),
        value=94_000,
        close_in=110,
        need="The group wants to move paper between the stores and the presses at its Québec"
        " plant, and to see all robots in one place.",
        done={"meeting": 9, "proposal": 1},
        own_reference="HD-0903",
        path=(take("carla", "3d 11:00"),),
    ),
    Story(
        by="diego",
        customer=Customer(
            "Fundy Bay Salmon", "fundybaysalmon.ca", region="NB", city="St. George",
            contact="Moira Leblanc", email="moira.leblanc", phone="+15065550117",
        ),
        begun="11d 09:40",
        products=("VIS", "PAL"),
        value=121_000,
        close_in=90,
        need="Boxes are weighed, labelled and stacked by nine people. They want the labels"
        " checked by camera and the stacking done by machine.",
        done={"call": 14, "site_visit": 3},
        path=(
            take("olga", "10d 10:20"),
            ask(
                "olga",
                "8d 11:40",
                products="Do they want both from the start, or the inspection first?",
                contact_phone="The number does not connect. Is there a direct line?",
            ),
        ),
    ),
    Story(
        by="diego",
        customer=Customer(
            "Red Deer Tire Depot", "reddeertiredepot.ca", region="AB", city="Red Deer",
            contact="Cory Lang", email="cory", phone="+14035550184",
        ),
        begun="23d 11:10",
        products=("ARM",),
        value=27_000,
        close_in=60,
        need="The depot asked for a price on an arm that lifts tires off a conveyor.",
        done={"call": 2},
        path=(
            take("omar", "22d 10:25"),
            reject(
                "omar",
                "21d 15:45",
                RejectReason.NO_PROJECT,
                "These tires weigh more than our arm may lift, so there is nothing here that we"
                " could win together.",
            ),
        ),
    ),
    Story(
        by="diego",
        customer=Customer(
            "Saguenay Aluminium Casting", "saguenaycasting.ca", region="QC", city="Saguenay",
            contact="Pierre-Luc Simard", email="pl.simard", phone="+14185550194",
        ),
        begun="18d 14:05",
        products=("ARM", "VIS"),
        value=87_000,
        close_in=100,
        need="Castings are trimmed and checked by hand at the press. They want both done in one"
        " cell.",
        done={"meeting": 5},
        path=(
            take("carla", "17d 09:55"),
            withdraw("14d 13:40", "They will build the cell themselves."),
        ),
    ),
)  # fmt: skip

DEALS = (
    Story(
        by="diego",
        customer=Customer(
            "Selkirk Home Goods", "selkirkhomegoods.ca", region="BC", city="Nelson",
            contact="Wendy Pratt", email="wendy.pratt", phone="+12505550102",
        ),
        begun="13d 10:50",
        products=("PAL",),
        value=57_000,
        close_in=130,
        need="Orders leave on mixed pallets that fall over on mountain roads. They want pallets"
        " built the same way every time.",
        done={"site_visit": 5},
        path=(
            take("omar", "12d 09:20"),
            approve("omar", "11d 10:30"),
            plan("7d 15:55", "Ask for a week of order data", 9),
        ),
    ),
    Story(
        by="diego",
        customer=Customer(
            "Assiniboine Grain Terminal", "assiniboinegrain.ca", region="MB", city="Brandon",
            contact="Joel Friesen", email="joel.friesen", phone="+12045550168",
        ),
        begun="31d 13:15",
        products=("PAL", "DEP"),
        value=148_000,
        close_in=105,
        need="Seed is bagged, stored and re-palletised for export. They want to handle each bag"
        " once.",
        done={"call": 21, "meeting": 11},
        path=(
            take("carla", "30d 10:05"),
            approve("olga", "29d 14:35"),
            move("18d 11:20", Stage.QUALIFIED),
        ),
    ),
    Story(
        by="diego",
        customer=Customer(
            "Burrard Marine Electric", "burrardmarine.ca", region="BC", city="North Vancouver",
            contact="Tara Singh", email="tara.singh", phone="+16045550113",
        ),
        begun="40d 09:30",
        products=("ARM", "VIS"),
        value=73_500,
        close_in=50,
        need="Connectors are soldered and inspected in lots of twenty. They want the inspection"
        " recorded for their auditors.",
        done={"demo": 7, "trial": 3},
        path=(
            take("carla", "39d 10:45"),
            approve("omar", "38d 09:25"),
            move("32d 15:10", Stage.QUALIFIED),
            move("14d 10:00", Stage.PROVING),
            add("1d 16:10", enclosures.INSPECTION),
            plan("1d 16:15", "Hand over the inspection records of the trial", 4),
            lend("carla", "1d 16:40", "vic", Level.VIEW),
        ),
    ),
    Story(
        by="diego",
        customer=Customer(
            "Cape Breton Distilling", "capebretondistilling.ca", region="NS", city="Sydney",
            contact="Rory MacIsaac", email="rory", phone="+19025550158",
        ),
        begun="50d 14:45",
        products=("DEP",),
        value=99_500,
        close_in=21,
        need="Empty bottles are lifted off pallets by hand, layer by layer, and two a pallet"
        " break.",
        done={"meeting": 15, "proposal": 4},
        rivals="A rebuilt machine from a brewery",
        path=(
            take("carla", "49d 09:00"),
            ask("carla", "48d 10:30", value="Is the glass return included?"),
            answer("47d 14:20", value="No, that is a project of its own for next year."),
            approve("omar", "46d 11:15"),
            move("34d 09:35", Stage.PROVING),
            move("8d 14:50", Stage.AGREEING),
            plan("3d 09:05", "Call Rory about the delivery terms", 2),
        ),
    ),
    Story(
        by="diego",
        customer=Customer(
            "Yellowhead Building Supply", "yellowheadsupply.ca", region="AB", city="Edmonton",
            contact="Grant Olsen", email="grant.olsen", phone="+17805550145",
        ),
        begun="59d 10:35",
        products=("AMR", "FLEET"),
        value=205_000,
        close_in=16,
        need="The yard and the hall are 300 metres apart. They want eight robots on that road,"
        " in winter too.",
        done={"call": 33, "site_visit": 16, "proposal": 5},
        path=(
            take("carla", "58d 09:10"),
            approve("olga", "57d 15:25", vendor_owner="vic"),
            move("47d 10:50", Stage.QUALIFIED),
            move("28d 11:05", Stage.PROVING),
            move("15d 13:30", Stage.AGREEING),
            amend("4d 10:15", value=212_000),
            move("3d 14:00", Stage.VERBAL_YES),
            add("3d 14:01", enclosures.LOADING),
            plan("3d 14:03", "Book the mapping of the yard", 10),
            # Lakeside installs the network in the yard.
            lend("diego", "3d 14:20", "lena", Level.EDIT, for_days=20),
        ),
    ),
    Story(
        by="diego",
        customer=Customer(
            "Gaspé Maple Syrup Works", "gaspemaple.ca", region="QC", city="Gaspé",
            contact="Hélène Cyr", email="helene.cyr", phone="+14185550156",
        ),
        begun="79d 09:45",
        products=("PAL", "VIS"),
        value=112_000,
        close_in=-30,
        need="Cans are checked for dents and stacked by hand in spring, when nobody has time."
        " They want both done by machine.",
        done={"meeting": 19, "site_visit": 8},
        path=(
            take("olga", "78d 10:15"),
            approve("olga", "77d 11:40"),
            move("68d 14:25", Stage.QUALIFIED),
            plan("67d 09:00", "Send can samples to the test hall", -86),
            tick("61d 15:35"),
            move("53d 10:55", Stage.PROVING),
            move("36d 09:40", Stage.AGREEING),
            win("21d 16:10"),
        ),
    ),
    Story(
        by="diego",
        customer=Customer(
            "Niagara Glass Studio", "niagaraglassstudio.ca", region="ON", city="St. Catharines",
            contact="Aldo Ferri", email="aldo", phone="+12895550179",
        ),
        begun="45d 11:30",
        products=("ARM",),
        value=31_000,
        close_in=15,
        need="Hot pieces are carried to the annealing oven with tongs. They asked whether an arm"
        " could do it.",
        done={"call": 6, "demo": 1},
        path=(
            take("carla", "44d 09:50"),
            approve("omar", "43d 10:10"),
            move("35d 14:20", Stage.QUALIFIED),
            lose("20d 11:00", LossReason.MISSING_FEATURE),
        ),
    ),
)  # fmt: skip

STORIES = (*REGISTRATIONS, *DEALS)
