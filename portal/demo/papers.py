"""What do the demo world's files hold: a PDF, a sheet or a picture, small and always the same?"""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Sequence
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFilter

ACCENT, PAPER, INK = (11, 92, 99), (246, 245, 241), (23, 33, 31)


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """Return a PDF of one page with a heading and a few lines, in the characters of Latin-1.

    What stands behind a tab in a line stands in a column of its own.
    """
    drawn = [
        f"{_colour(ACCENT)} rg 0 770 595 72 re f",
        f"BT 1 1 1 rg /F2 22 Tf 48 796 Td ({_escaped(title)}) Tj ET",
    ]
    drawn += [
        f"BT {_colour(INK)} rg /F1 13 Tf {left} {720 - 26 * place} Td ({_escaped(part)}) Tj ET"
        for place, line in enumerate(lines)
        for left, part in zip((48, 420), line.split("\t"), strict=False)
    ]
    page = "\n".join(drawn).encode("latin-1", "replace")
    fonts = "/F1 4 0 R /F2 5 0 R"
    kind = "<< /Type /Font /Subtype /Type1 /Encoding /WinAnsiEncoding /BaseFont"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R"
        + f" /Resources << /Font << {fonts} >> >> >>".encode(),
        f"{kind} /Helvetica >>".encode(),
        f"{kind} /Helvetica-Bold >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
    ]
    whole, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return whole + b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R >>\n" % (
        count, table, count,
    ) + b"startxref\n%d\n%%%%EOF\n" % len(whole)  # fmt: skip


def _colour(colour: tuple[int, int, int]) -> str:
    return " ".join(f"{part / 255:.3f}" for part in colour)


def _escaped(text: str) -> str:
    plain = text.replace("’", "'").replace("–", "-").replace("\u00a0", " ")
    return plain.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def png(width: int = 480, height: int = 270) -> bytes:
    """Return a picture: a robot's arm, as far as three bars go."""

    def colour(x: int, y: int) -> bytes:
        is_foot = y > height * 0.8 and width * 0.3 < x < width * 0.7
        is_mast = width * 0.46 < x < width * 0.54 and y > height * 0.25
        is_arm = height * 0.22 < y < height * 0.32 and x > width * 0.46 and x < width * 0.85
        return bytes(ACCENT if is_foot or is_mast or is_arm else PAPER)

    rows = b"".join(
        b"\0" + b"".join(colour(x, y) for x in range(width)) for y in range(height)
    )  # fmt: skip
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
        for name, content in parts
    )


def photo(seed: int, boxes: int, width: int = 520, height: int = 390) -> bytes:
    """Return a picture as a phone takes it in a hall: racks, so many boxes, dim light and grain."""
    chance = random.Random(seed)  # noqa: S311 - always the same on purpose
    sky, floor = int(height * 0.16), int(height * 0.55)
    hall = Image.new("RGB", (width, height), (108, 112, 112))
    pen = ImageDraw.Draw(hall)
    for y in range(floor, height):
        light = 96 + 70 * (y - floor) // (height - floor)
        pen.line((0, y, width, y), fill=(light, light - 4, light - 14))
    for x in range(-width, 2 * width, width // 6):  # the joints of the floor run together far away
        pen.line(
            (width // 2 + (x - width // 2) // 4, floor, x, height), fill=(104, 101, 94), width=2
        )
    pen.rectangle((0, 0, width, sky), fill=(70, 75, 78))
    for x in range(40, width, 130):
        pen.rectangle((x, sky // 2, x + 70, sky // 2 + 7), fill=(255, 252, 232))
    for x in range(10, width, 92):
        for y in range(sky + 12, floor, 52):
            high, tone = chance.randint(22, 40), chance.randint(-22, 22)
            pen.rectangle(
                (x, y + 44 - high, x + 74, y + 44), fill=(150 + tone, 118 + tone, 80 + tone)
            )
            pen.line((x - 6, y + 46, x + 82, y + 46), fill=(196, 98, 34), width=4)
        pen.rectangle((x - 8, sky, x - 4, floor + 8), fill=(52, 78, 116))
    left, top, edge = int(width * 0.36), int(height * 0.86), 58
    pen.polygon([(left - 14, top + 20), (left + 190, top + 20), (left + 176, top), (left, top)],
                fill=(120, 90, 56))  # fmt: skip
    for number in range(boxes):
        row, place = divmod(number, 3)
        x, y, tone = left + place * edge, top - (row + 1) * edge, chance.randint(-14, 14)
        pen.rectangle((x, y, x + edge - 3, y + edge - 3), fill=(188 + tone, 152 + tone, 106 + tone))
        pen.rectangle((x + 24, y, x + 30, y + edge - 3), fill=(212, 192, 150))
    hall = hall.filter(ImageFilter.GaussianBlur(1.3))
    grain = Image.frombytes("L", (width // 2, height // 2), chance.randbytes(width * height // 4))
    hall = Image.blend(hall, grain.resize((width, height)).convert("RGB"), 0.07)
    kept = io.BytesIO()
    # Few colours: a picture of a phone's kind in a tenth of its bytes.
    hall.quantize(96, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
    return kept.getvalue()


_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-'
    'types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.'
    'openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/'
    'worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    'main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/'
    'package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
    "</Relationships>",
}


def sheet(rows: Sequence[Sequence[str | float]]) -> bytes:
    """Return a spreadsheet (xlsx) of one sheet, the first row its heading."""
    lines = "".join(f"<row>{''.join(_cell(value) for value in row)}</row>" for row in rows)
    content = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<cols><col min="1" max="1" width="34" customWidth="1"/>'
        '<col min="2" max="9" width="16" customWidth="1"/></cols>'
        f"<sheetData>{lines}</sheetData></worksheet>"
    )
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in (_PARTS | {"xl/worksheets/sheet1.xml": content}).items():
            # The same at any time: an entry is dated from the year 1980.
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, '<?xml version="1.0" encoding="UTF-8"?>' + part)
    return kept.getvalue()


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c><v>{value}</v></c>"
