"""Does a partner find what is for them, and nothing else, and hear what became of their copies?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from flask import Flask
from sqlalchemy import event, func, select

from portal.blueprints.admin.assets.forms import day_of, first_moment
from portal.core.database import db
from portal.core.times import DAY
from portal.domain.assets.models import Asset, AssetDownload, AssetVersion, Status
from tests.browser import Browser, fields_of
from tests.domain.assets.writing import written
from tests.domain.world import everything
from tests.figures import record

SignIn = Callable[[str], Browser]
PRICES = "Partner price list, Canada"


def reference_of(app: Flask, title: str) -> str:
    """Return the reference of the asset of which some version is called like that."""
    with everything(app) as session:
        query = select(Asset.reference).join(AssetVersion, AssetVersion.asset_id == Asset.id)
        return session.scalars(query.where(AssetVersion.title == title)).first()


def version_of(app: Flask, title: str, status: Status) -> str:
    """Return the reference of the version in that state."""
    with everything(app) as session:
        query = select(AssetVersion.reference)
        return session.scalars(
            query.where(AssetVersion.title == title, AssetVersion.status == status)
        ).one()


def test_the_library_is_searched_in_both_languages_by_the_beginning_of_words(
    sign_in: SignIn,
) -> None:
    ana = sign_in("ana")
    page = ana.get("/assets")
    assert page.heading == "Library"
    assert PRICES in page.words and "Partner price list, United States" not in page.words
    for typed in ("price lis", "liste de PRIX", "conditions livrais", "épargne", "epargne"):
        page = ana.get(f"/assets?q={typed}")
        assert page.soup.select("table.rows tbody tr"), typed
    assert "Nothing in the library matches this." in ana.get("/assets?q=kangaroo").words
    assert "Nothing in the library" in ana.get("/assets?folder=AF-00000000").words


def test_a_partner_reads_takes_and_is_told_of_the_newer_version(
    app: Flask, sign_in: SignIn
) -> None:
    ana, reference = sign_in("ana"), reference_of(app, PRICES)
    page = ana.get(f"/assets/{reference}")
    assert "You downloaded version 2; this one replaces it." in page.words
    assert "You have v2; v3 is current" in ana.get("/assets").words
    assert "Version 3 replaces it" in ana.get("/assets/copies").words
    answer = ana.client.get(f"/assets/{reference}/file", base_url="http://127.0.0.1:8000")
    assert answer.status_code == 200 and answer.data.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer.headers["Cache-Control"]
    with everything(app) as session:
        query = select(func.count(AssetDownload.id)).join(Asset, Asset.id == AssetDownload.asset_id)
        query = query.where(Asset.reference == reference, AssetDownload.number == 3)
        assert session.scalar(query) == 3
    assert "You have it" in ana.get("/assets").words
    assert "You downloaded version" not in ana.get(f"/assets/{reference}").words


def test_an_old_link_leads_to_the_current_version_and_says_so(app: Flask, sign_in: SignIn) -> None:
    ana, reference = sign_in("ana"), reference_of(app, PRICES)
    answer = ana.get(f"/assets/{reference}/versions/1", status=302, check=False)
    page = ana.get(answer.location)
    assert "A newer version has taken the place of the one you asked for." in page.words
    assert "said=" not in ana.get(f"/assets/{reference}/versions/3", status=302).location
    for other in ("0", "4", "99999", "100000", "1e3"):
        ana.get(f"/assets/{reference}/versions/{other}", status=404)


def test_favourites_are_one_persons_own(app: Flask, sign_in: SignIn) -> None:
    ana, noah, reference = sign_in("ana"), sign_in("noah"), reference_of(app, PRICES)
    page = ana.get(f"/assets/{reference}")
    for _twice in range(2):
        assert ana.submit(page, "/favourite").status == 303
    assert PRICES in ana.get("/assets?show=favourites").words
    assert "What you use often can stand here" in noah.get("/assets?show=favourites").words
    page = ana.get(f"/assets/{reference}")
    assert ana.submit(page, "/favourite/removal").status == 303
    assert "What you use often can stand here" in ana.get("/assets?show=favourites").words


def test_a_page_of_the_library_asks_few_statements(app: Flask, sign_in: SignIn) -> None:
    ana, asked = sign_in("ana"), []
    ana.get("/assets")
    with app.app_context():
        engine = db.engine

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    ana.get("/assets?q=price")
    event.remove(engine, "before_cursor_execute", note)
    record(4, "SQL statements of a library page", "<= 5", str(len(asked)), len(asked) <= 5)
    assert len(asked) <= 5, "\n".join(asked)


def test_staff_write_review_publish_and_recall(app: Flask, sign_in: SignIn) -> None:
    pia, carla, ana = sign_in("pia"), sign_in("carla"), sign_in("ana")
    page = pia.get("/admin/assets/new")
    folder = next(
        str(one["value"]) for one in page.soup.select("#field-folder option") if one["value"]
    )
    typed = {
        "title": "Winter prices", "title_fr": "Prix d’hiver", "kind": "pricing", "folder": folder,
        "language": "both", "tags": "winter, hiver",
    }  # fmt: skip
    assert pia.submit(page, **{**typed, "title": "", "title_fr": ""}).status == 422
    written = pia.submit(page, **typed)
    assert written.status == 303
    here, _slash, step = written.location.partition("?")[0].rpartition("/")
    assert step == "audience"
    page = pia.get(f"{here}/audience")
    assert pia.submit(page, countries="Atlantis").status == 422
    next_step = pia.submit(page, types="reseller", countries="Canada")
    assert next_step.status == 303 and next_step.location.startswith(f"{here}/file")
    page = pia.get(f"{here}/file")
    sent = pia.upload(page, "/file", {"winter.pdf": b"%PDF-1.4\n" + b"x" * 90})
    assert sent.status == 303
    assert pia.submit(pia.get(here), "/sending").status == 303
    page = pia.get(here)
    assert "You wrote it last, so somebody else reviews it." in page.words
    assert carla.submit(carla.get(here), "/approval").status == 303
    page = pia.get(f"{here}/publication")
    assert "people at" in page.words and "Reseller" in page.words and "Canada" in page.words
    assert pia.submit(page).status == 303
    assert "Winter prices" in ana.get("/assets").words
    reference = reference_of(app, "Winter prices")
    ana.get(f"/assets/{reference}/file", check=False)
    page = pia.get(f"{here}/withdrawal")
    assert "One person downloaded it" in page.words
    assert pia.submit(page, reason="A figure was wrong.").status == 303
    ana.get(f"/assets/{reference}", status=404)
    ana.get(f"/assets/{reference}/file", status=404)
    assert "A figure was wrong." in ana.get("/assets/copies").words
    assert "Winter prices" not in ana.get("/assets?q=winter").words.replace("“", "")


def test_an_audience_that_matches_nobody_is_asked_about(app: Flask, sign_in: SignIn) -> None:
    pia = sign_in("pia")
    page = pia.get("/admin/assets/reach?tiers=Bronze&countries=Japan&languages=fr")
    assert "Nobody, as it stands" in page.words
    assert "There is no country called" in pia.get("/admin/assets/reach?countries=Xyz").words


def test_whom_it_is_for_is_said_before_it_goes_on(app: Flask, sign_in: SignIn) -> None:
    """Nobody's silence makes something everybody's."""
    with everything(app) as session:
        values = {"audience": None, "title": "Unsaid", "text": ""}
        here = f"/admin/assets/versions/{written(session, **values).reference}"
        session.commit()
    pia = sign_in("pia")
    page = pia.get(here)
    assert "Nobody has said yet." in page.words and "Send for review" not in page.words
    assert pia.submit(pia.get(f"{here}/edit"), text="Words").status == 303
    # Whoever sends it all the same, with another form's keys.
    keys = fields_of(pia.get(f"{here}/audience").form())
    refused = pia.post(f"{here}/sending", keys)
    assert refused.status == 409 and "Say whom it is for first." in refused.words
    form = pia.get(f"{here}/audience")
    everybody = re.search(r"(\d+) people at (\d+) companies", form.words)
    counted = pia.submit(form, countries="Canada", count="1")
    canada = re.search(r"(\d+) people at (\d+) companies", counted.words)
    assert everybody and canada and counted.status == 422
    assert 0 < int(canada[1]) < int(everybody[1]) and 0 < int(canada[2]) < int(everybody[2])
    # What is left empty and saved is for everybody, and said so beside how many that are.
    assert pia.submit(form).location.partition("?")[0] == here
    page = pia.get(here)
    assert "Every partner that has the library." in page.words and everybody[0] in page.words
    assert pia.submit(page, "/sending").status == 303


def test_usage_is_shown_and_exported(app: Flask, sign_in: SignIn) -> None:
    pia, reference = sign_in("pia"), reference_of(app, PRICES)
    page = pia.get(f"/admin/assets/{reference}/usage")
    assert "version 3" in page.words and "Northwind Resale" in page.words
    sheet = pia.get(f"/admin/assets/{reference}/usage/export", check=False).text
    assert sheet.count("\n") == 5 and "Northwind Resale" in sheet


def test_topics_are_added_and_renamed(sign_in: SignIn) -> None:
    pia = sign_in("pia")
    page = pia.get("/admin/assets/folders")
    assert pia.submit(page, name="Events", name_fr="Événements").status == 303
    page = pia.get("/admin/assets/folders")
    again = pia.submit(page, name="events", name_fr="Événements")
    assert again.status == 422 and "There is a topic of that name already." in again.words


def test_what_waits_in_the_library_stands_on_home(sign_in: SignIn) -> None:
    pia, carla, ana = (sign_in(short).get("/") for short in ("pia", "carla", "ana"))
    assert "Review it" in pia.words and "Autumn campaign" in pia.words
    assert "Vision station 2.0" in pia.words  # her own draft
    # Carla wrote the one that is in review: it waits for somebody else, and the draft is not hers.
    assert "Autumn campaign" not in carla.words and "Vision station 2.0" not in carla.words
    assert "Autumn campaign" not in ana.words


def test_days_are_the_vendors_days_also_when_the_clocks_change(app: Flask) -> None:
    """In Toronto the clocks went forward on 8 March 2026, and back on 1 November."""
    with everything(app):
        for day, begins, ends in (
            (dt.date(2026, 3, 8), "2026-03-08T05:00", "2026-03-09T04:00"),
            (dt.date(2026, 11, 1), "2026-11-01T04:00", "2026-11-02T05:00"),
            (dt.date(2026, 12, 31), "2026-12-31T05:00", "2027-01-01T05:00"),
        ):
            first, last = first_moment(day), first_moment(day, DAY)
            assert first is not None and last is not None
            assert f"{first:%Y-%m-%dT%H:%M}" == begins and f"{last:%Y-%m-%dT%H:%M}" == ends
            assert day_of(first) == day == day_of(last, is_end=True)
