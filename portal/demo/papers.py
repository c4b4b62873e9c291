"""What do the demo world's files hold: a small PDF or picture, made here and of nothing else?"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

ACCENT, PAPER, INK = (11, 92, 99), (246, 245, 241), (23, 33, 31)


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """Return a PDF of one page with a heading and a few lines, in the characters of Latin-1."""
    drawn = [
        f"{_colour(ACCENT)} rg 0 770 595 72 re f",
        f"BT 1 1 1 rg /F2 22 Tf 48 796 Td ({_escaped(title)}) Tj ET",
    ]
    drawn += [
        f"BT {_colour(INK)} rg /F1 13 Tf 48 {720 - 26 * place} Td ({_escaped(line)}) Tj ET"
        for place, line in enumerate(lines)
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
