"""Which images and PDFs are drawn in tests, the hostile ones among them?"""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

from tests.core.test_filetypes import PDF, png

PLACE = b"45 deg 30' N, at home"


def photo(size: tuple[int, int] = (300, 200), turned: int = 1, kind: str = "JPEG") -> bytes:
    """Return an image whose left half is red; ``turned`` as a camera notes it, with the place."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    notes = Image.Exif()
    notes[0x0112], notes[0x010E] = turned, PLACE.decode()
    made = io.BytesIO()
    picture.save(made, kind, exif=notes)
    return made.getvalue()


def pdf(pages: int = 1, size: tuple[int, int] = (300, 200)) -> bytes:
    """Return a PDF of so many pages, each another colour."""
    sheets = [Image.new("RGB", size, (40 * number % 255, 90, 160)) for number in range(pages)]
    made = io.BytesIO()
    sheets[0].save(made, "PDF", save_all=True, append_images=sheets[1:])
    return made.getvalue()


def written(*objects: bytes, trailer: bytes = b"") -> bytes:
    """Return a PDF of these objects, the first one its catalogue."""
    body, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
        + b"trailer<</Size %d/Root 1 0 R%s>>\n" % (count, trailer)
        + b"startxref\n%d\n%%%%EOF\n" % len(body)
    )


def page_with(content: bytes, box: bytes = b"0 0 300 200", more: bytes = b"") -> tuple[bytes, ...]:
    """Return the objects of a PDF of one page that shows ``content``."""
    return (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources<<%s>>>>" % (box, more),
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
    )


def locked() -> bytes:
    """Return a PDF that asks for a password."""
    key = b"<</Filter/Standard/V 1/R 2/P -4/O(%s)/U(%s)>>" % (b"o" * 32, b"u" * 32)
    return written(*page_with(b"0 0 10 10 re f"), key, trailer=b"/Encrypt 5 0 R/ID[(a)(b)]")


def flood(width: int, height: int, mode: int = 0) -> bytes:
    """Return a PNG of that many black points that takes few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    row = b"\0" * (1 + (width + 7) // 8 if mode == 0 else 1 + width * 4)
    packing = zlib.compressobj(9)
    body = b"".join(packing.compress(row) for _line in range(height)) + packing.flush()
    head = struct.pack(">IIBBBBB", width, height, 1 if mode == 0 else 8, mode, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def bomb() -> bytes:
    """Return a PDF whose picture unpacks to two thousand times its bytes."""
    packed = zlib.compress(b"\0" * 200_000_000, 9)
    image = (
        b"<</Type/XObject/Subtype/Image/Width 20000/Height 10000/ColorSpace/DeviceGray"
        b"/BitsPerComponent 8/Filter/FlateDecode/Length %d>>stream\n%s\nendstream"
        % (len(packed), packed)
    )
    shown = page_with(b"300 0 0 200 0 0 cm /I Do", more=b"/XObject<</I 5 0 R>>")
    return written(*shown, image)


def endless() -> bytes:
    """Return a PDF whose page takes hours to draw."""
    return written(*page_with(b"0 0 m 300 200 l S " * 4_000_000))


DRAWN: dict[str, tuple[str, bytes]] = {
    "photo.jpg": ("image/jpeg", photo()),
    "plan.png": ("image/png", photo(kind="PNG")),
    "picture.webp": ("image/webp", photo(kind="WEBP")),
    "tall.png": ("image/png", photo((20, 4000), kind="PNG")),
    "dot.png": ("image/png", photo((1, 1), kind="PNG")),
    "offer.pdf": ("application/pdf", pdf()),
    "large-page.pdf": (
        "application/pdf", written(*page_with(b"0 0 9 9 re f", b"0 0 1000000 900000")),
    ),
    "bomb.pdf": ("application/pdf", bomb()),
    "nothing-on-it.pdf": ("application/pdf", written(*page_with(b""))),
}  # fmt: skip
NOT_DRAWN: dict[str, tuple[str, bytes]] = {
    "locked.pdf": ("application/pdf", locked()),
    "cut.pdf": ("application/pdf", pdf()[:60]),
    "no-page.pdf": ("application/pdf", PDF),
    "words.pdf": ("application/pdf", b"%PDF-1.7 and nothing else"),
    "photo.pdf": ("application/pdf", photo()),
    "cut.jpg": ("image/jpeg", photo()[:400]),
    "cut.png": ("image/png", photo(kind="PNG")[:300]),
    "lies.png": ("image/png", png(65535, 65535)),
    "flood.png": ("image/png", flood(50_000, 50_000)),
    "wide-flood.png": ("image/png", flood(10_000, 11_000, mode=6)),
    "gif-inside.png": ("image/png", b"GIF89a" + b"\0" * 40),
    "empty.png": ("image/png", b""),
}


def opened(content: bytes) -> Any:
    """Return an image, to be looked at."""
    return Image.open(io.BytesIO(content))
