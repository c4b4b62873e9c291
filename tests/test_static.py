"""Are the files that a browser loads the chosen ones, light, and readable in both schemes?"""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import re
from pathlib import Path

import pytest

from portal.blueprints import navigation

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "static"
CSS = (STATIC / "app.css").read_text()
VENDORED = [STATIC / "vendor", ROOT / "tests" / "vendor"]
TONES = ["info", "ok", "warn", "bad"]


def weight(*names: str) -> int:
    """Return how many bytes the static files weigh, each compressed by itself."""
    return sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in names)


@pytest.mark.parametrize("folder", VENDORED, ids=["static", "tests"])
def test_vendored_files_are_the_ones_in_the_manifest(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.name != "manifest.json"
    }
    assert found == {entry["file"]: entry["sha256"] for entry in manifest}


def test_htmx_is_exactly_the_version_that_was_tried() -> None:
    (entry,) = json.loads((STATIC / "vendor" / "manifest.json").read_text())
    assert entry["version"] == "2.0.11"
    assert 'version:"2.0.11"' in (STATIC / "vendor" / "htmx.min.js").read_text()


def test_own_script_and_style_stay_light() -> None:
    script, style = weight("app.js"), weight("app.css")
    print(f"own script {script} bytes (at most 3000), own style {style} bytes (at most 9000)")
    assert script <= 3_000
    assert style <= 9_000


def test_first_load_leaves_room_for_the_page_itself() -> None:
    shared = weight("app.js", "app.css", "icons.svg", "vendor/htmx.min.js")
    print(f"static files of a first load {shared} bytes (at most 30500)")
    assert shared <= 30_500


def test_every_picture_that_is_named_is_in_the_sprite_and_none_is_idle() -> None:
    drawn = re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text())
    pages = "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    named = set(re.findall(r'\bicon\("([\w-]+)"\)', pages))
    named |= set(re.findall(r"\bicon\('([\w-]+)'\)", pages))
    named |= {picture for _, _, picture, *_ in navigation._TABS}
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == named


def test_no_text_is_smaller_than_13_pixels() -> None:
    sizes = re.findall(r"font-size: ([\d.]+)(rem|px)", CSS)
    assert sizes
    assert min(float(size) * (16 if unit == "rem" else 1) for size, unit in sizes) >= 13


def test_the_script_speaks_only_the_sentences_of_the_page() -> None:
    script = re.sub(r"//.*", "", (STATIC / "app.js").read_text())
    literals = re.findall(r'"([^"]*)"|`([^`]*)`', script)
    assert not [words for words in itertools.chain(*literals) if re.search(r"[a-z] [a-z]+ ", words)]


# --- Contrast (WCAG 2.2 AA), in both schemes


def colours(scheme: int) -> dict[str, tuple[float, ...]]:
    """Return the tokens of a scheme (0 light, 1 dark) as red, green, blue from 0 to 255."""
    texts = {
        name: pair[scheme]
        for name, *pair in re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", CSS)
    }
    side = ("light", "dark")[scheme]
    for name in ("accent", "on-accent"):
        found = re.search(rf"--{name}-{side}: (#\w+)", CSS)
        assert found
        texts[name] = found[1]
    tokens = {name: channels(text) for name, text in texts.items()}
    mixed = zip(tokens["accent"], tokens["card"], strict=True)
    tokens["accent-soft"] = tuple(0.12 * accent + 0.88 * card for accent, card in mixed)
    return tokens


def channels(text: str) -> tuple[float, ...]:
    digits = text[1:] if len(text) == 7 else "".join(digit * 2 for digit in text[1:])
    return tuple(int(digits[at : at + 2], 16) for at in (0, 2, 4))


def luminance(colour: tuple[float, ...]) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


TEXT = [
    *itertools.product(["ink", "second"], ["paper", "card", "quiet", "accent-soft"]),
    *itertools.product(["accent"], ["paper", "card", "accent-soft"]),
    *((tone, ground) for tone in TONES for ground in (f"{tone}-soft", "card", "paper")),
    ("ink", "warn-soft"),
    ("on-accent", "accent"),
]
EDGES = [("field-line", "card"), ("field-line", "paper"), *((tone, "card") for tone in TONES)]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_and_edges_can_be_told_from_their_ground(scheme: int) -> None:
    tokens = colours(scheme)
    faint = [
        f"{front} on {ground}: {contrast(tokens[front], tokens[ground]):.2f}"
        for pairs, least in ((TEXT, 4.5), (EDGES, 3.0))
        for front, ground in pairs
        if contrast(tokens[front], tokens[ground]) < least
    ]
    assert not faint
