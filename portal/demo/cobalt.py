"""What has Cobalt's manager registered in the United States, and how did it go on?"""

from portal.demo import enclosures
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
        by="bruno",
        customer=Customer(
            "Twin Rivers Brewing", "twinriversbrewing.us", "US", "WI", "La Crosse",
            "Abby Nolan", "abby", "+16085550116",
        ),
        begun="2d 10:10",
        drafted=1,
    ),
    Story(
        by="bruno",
        customer=Customer(
            "Red Wing Mills", "redwingmills.us", "US", "MN", "Red Wing",
            "Carl Engstrom", "carl.engstrom", "+16515550152",
        ),
        begun="55m",
        files=(enclosures.RED_WING,),
        products=("DEP", "PAL"),
        value=88_000,
        currency="USD",
        close_in=125,
        need="Empty sacks come in on mixed pallets and full ones leave on theirs. They want both"
        " ends of the packing hall done by machine.",
        done={"call": 16, "site_visit": 4},
    ),
    Story(
        by="bruno",
        customer=Customer(
            "Duluth Ore Handling", "www.duluthore.us", "US", "MN", "Duluth",
            "Greta Halvorsen", "greta", "+12185550140",
        ),
        begun="3d 11:15",
        products=("AMR", "FLEET"),
        value=156_000,
        currency="USD",
        close_in=160,
        need="Samples are driven from the dock to the laboratory forty times a day. They want"
        " robots that work outdoors between the two doors.",
        done={"meeting": 13, "site_visit": 6},
        rivals="A local machine builder",
        path=(take("olga", "2d 09:25"),),
    ),
    Story(
        by="bruno",
        customer=Customer(
            "Cedar Rapids Grain", "cedarrapidsgrain.us", "US", "IA", "Cedar Rapids",
            "Wes Hartley", "wes.hartley", "+13195550163",
        ),
        begun="9d 14:00",
        products=("PAL",),
        value=74_000,
        currency="USD",
        close_in=100,
        need="Fifty-pound bags, two lines, one crew. They want to run the second line at night"
        " with nobody on the pallets.",
        done={"meeting": 8},
        path=(
            take("omar", "8d 10:50"),
            ask(
                "omar",
                "7d 15:35",
                close_on="Is the date tied to their new building, or could it move?",
            ),
        ),
    ),
    Story(
        by="bruno",
        customer=Customer(
            "Thunder Bay Pulp", "thunderbaypulp.ca", "CA", "ON", "Thunder Bay",
            "Neil Savard", "nsavard", "+18075550129",
        ),
        begun="17d 13:45",
        products=("DEP",),
        value=91_000,
        currency="USD",
        close_in=130,
        need="Bales arrive on pallets and are broken down by forklift. They saw our depalletiser"
        " at a sister plant in Wisconsin.",
        done={"call": 7},
        path=(
            take("omar", "16d 09:20"),
            reject(
                "omar",
                "15d 14:55",
                RejectReason.OUT_OF_TERRITORY,
                "The mill is in Ontario, and your agreement covers the United States. Your"
                " channel team can introduce you to a partner there.",
            ),
        ),
    ),
    Story(
        by="bruno",
        customer=Customer(
            "Fox Valley Plastics", "foxvalleyplastics.us", "US", "WI", "Appleton",
            "Monica Reyes", "monica.reyes", "+19205550178",
        ),
        begun="13d 09:50",
        products=("ARM",),
        value=42_000,
        currency="USD",
        close_in=75,
        need="Four presses, one person taking parts out of each. They want arms on two of them"
        " to begin with.",
        done={"demo": 3},
        path=(withdraw("12d 16:25", "Registered twice by mistake; a colleague at the plant"
              " asked us to wait for their budget."),),
    ),
)  # fmt: skip

DEALS = (
    Story(
        by="bruno",
        customer=Customer(
            "Northern Robotics Inc.", "https://www.northernrobotics.com", "US", "MN",
            "Minneapolis", "Ruth Lindgren", "ruth.lindgren", "+16125550199",
        ),
        begun="39d 10:00",
        products=("AMR", "FLEET"),
        value=118_000,
        currency="USD",
        close_in=85,
        need="They build packing cells and want our robots to feed the cells they sell, first in"
        " their own assembly hall.",
        done={"call": 22, "meeting": 12, "demo": 5},
        path=(
            take("omar", "38d 09:30"),
            approve("olga", "37d 11:10", vendor_owner="vic"),
            move("29d 10:40", Stage.QUALIFIED),
            plan("4d 13:20", "Agree on the figures that the trial must reach", 7),
        ),
    ),
    Story(
        by="bruno",
        customer=Customer(
            "Wausau Window Company", "wausauwindowco.us", "US", "WI", "Wausau",
            "Peter Janssen", "peter.janssen", "+17155550135",
        ),
        begun="11d 09:05",
        products=("ARM",),
        value=46_500,
        currency="USD",
        close_in=120,
        need="Glazing beads are pressed in by hand. They want to try an arm on the fixed-window"
        " line.",
        done={"demo": 6},
        path=(take("omar", "10d 10:35"), approve("omar", "9d 11:50")),
    ),
    Story(
        by="bruno",
        customer=Customer(
            "Sioux Falls Dairy", "siouxfallsdairy.us", "US", "SD", "Sioux Falls",
            "Karen Two Bears", "karen", "+16055550174",
        ),
        begun="33d 14:30",
        products=("PAL", "DEP"),
        value=132_000,
        currency="USD",
        close_in=60,
        need="Crates go out full and come back empty, all by hand. One machine at each end would"
        " free a whole crew.",
        done={"meeting": 17, "site_visit": 8},
        path=(
            take("omar", "32d 09:15"),
            approve("olga", "31d 15:05"),
            move("26d 11:30", Stage.QUALIFIED),
            move("10d 10:20", Stage.PROVING),
            plan("2d 11:10", "Bring the crate samples to the test hall", 3),
        ),
    ),
    Story(
        by="bruno",
        customer=Customer(
            "Great Plains Feed", "greatplainsfeed.us", "US", "NE", "Grand Island",
            "Luis Ortega", "luis.ortega", "+13085550146",
        ),
        begun="48d 10:25",
        products=("PAL", "FLEET"),
        value=95_000,
        currency="USD",
        close_in=30,
        need="Their palletiser is from another century and its parts are gone. They cannot stop"
        " for longer than a weekend.",
        done={"call": 19, "site_visit": 10, "proposal": 3},
        rivals="A rebuilt machine",
        path=(
            take("omar", "47d 10:00"),
            ask("omar", "46d 14:10", close_on="Which weekend have they planned for the change?"),
            answer("45d 09:30", close_on="The last one of their quarter; the date is right."),
            approve("omar", "44d 10:55"),
            move("39d 15:40", Stage.QUALIFIED),
            move("22d 09:10", Stage.PROVING),
            move("4d 16:30", Stage.AGREEING),
            plan("4d 16:33", "Confirm the weekend with their electrician", -1),
        ),
    ),
    Story(
        by="bruno",
        customer=Customer(
            "Mesabi Steel Service", "mesabisteelservice.us", "US", "MN", "Hibbing",
            "Janet Kivi", "janet.kivi", "+12185550107",
        ),
        begun="58d 13:35",
        products=("ARM",),
        value=69_000,
        currency="USD",
        close_in=12,
        need="Flame-cut plates are lifted off the table with a hoist. They want an arm with a"
        " magnet and a clear floor.",
        done={"call": 12, "meeting": 6, "trial": 2},
        path=(
            take("olga", "57d 09:45"),
            approve("olga", "56d 10:05"),
            move("46d 11:25", Stage.PROVING),
            move("20d 14:15", Stage.AGREEING),
            move("5d 10:10", Stage.VERBAL_YES),
            plan("5d 10:12", "Collect the signed order", 6),
        ),
    ),
    Story(
        by="bruno",
        customer=Customer(
            "Madison Medical Kits", "madisonmedicalkits.us", "US", "WI", "Madison",
            "Dev Raman", "dev.raman", "+16085550181",
        ),
        begun="74d 09:20",
        products=("ARM", "FLEET"),
        value=82_000,
        currency="USD",
        close_in=-15,
        need="Kits are packed from sixty bins. They want two arms that pick the light parts and"
        " call a person for the rest.",
        done={"demo": 11, "meeting": 4},
        path=(
            take("omar", "73d 10:10"),
            approve("omar", "72d 14:20"),
            move("62d 09:55", Stage.QUALIFIED),
            plan("61d 10:00", "Send the bin list to engineering", -76),
            tick("54d 16:05"),
            move("42d 11:35", Stage.PROVING),
            move("25d 15:10", Stage.AGREEING),
            amend("18d 10:30", value=79_500),
            win("11d 13:55"),
        ),
    ),
    Story(
        by="bruno",
        customer=Customer(
            "Quad Cities Bottling", "quadcitiesbottling.us", "US", "IL", "Moline",
            "Shauna Price", "shauna.price", "+13095550192",
        ),
        begun="51d 11:40",
        products=("DEP",),
        value=108_000,
        currency="USD",
        close_in=8,
        need="Glass arrives in layers on pallets and is swept onto the line by hand. They want"
        " it quieter and without breakage.",
        done={"call": 9, "meeting": 3},
        rivals="Their filler's maker",
        path=(
            take("omar", "50d 09:05"),
            approve("olga", "49d 10:45"),
            move("41d 14:00", Stage.QUALIFIED),
            move("27d 10:35", Stage.PROVING),
            lose("13d 11:15", LossReason.COMPETITOR),
        ),
    ),
)  # fmt: skip

STORIES = (*REGISTRATIONS, *DEALS)
