"""Which inputs would a careless, curious or hostile client send?"""

from __future__ import annotations

import random
from urllib.parse import quote_plus

VALUES = (
    "", " ", "\x00", "a\x00b", "\u202egnp.exe", "\u2066x\u2069", "\ufeff", "\u200b", "é" * 130,
    "x" * 2001, "9" * 400, "-1", "0", "1", "NaN", "Infinity", "-Infinity", "1e5", "1e400",
    "1_000", "0x10", "٣٤٥", "１２３", "1,2,3", "1.234.567,89", "86 000,50", "$48,000", "48000.505",
    "999999999.99", "1000000000", str(2**31), str(2**63), str(2**64), str(-(2**63)), "0001-01-01",
    "9999-12-31", "10000-01-01", "2026-02-30", "2026-13-01", "2026-03-08", "31/02/2026",
    "01/01/2027", "2027-01-01T25:61", "yesterday", "null", "None", "true", "[]", "{}",
    "'; DROP TABLE deal; --", "\" OR 1=1", "%", "%%", "%s%n", "{{7*7}}", "${7*7}",
    "<script>x</script>", "<img src=x onerror=1>", "javascript:alert(1)", "http://[", "http://a b",
    "https://" + "a" * 300,
    "http://user:pw@host.example:99999/x", "xn--", "xn--a.com", "a..b.com", ".com", "co.uk",
    "-.-", "münchen.example", "日本語.jp", "localhost", "127.0.0.1", "::1", "gmail.com",
    "../../etc/passwd", "..\\..\\x", "CON", "a\r\nSet-Cookie: x=1", "a\nb\nc", "\r", "\t",
    "=1+1", "@SUM(A1)", "+1", "👩🏽‍🚀" * 20, "\ud83d", "a@b", "a@b@c", "@", "a" * 300 + "@x.com",
    "+1 416 555 0134", "0", "+" + "9" * 40, "CA", "US-ZZ", "CA-ON", "ZZ", "won", "lost", "same",
    "DR-00000000", "DL-ILOUILOU", "drop", "*" * 10_000,
)  # fmt: skip

QUERIES = (
    "after", "stage", "status", "view", "q", "state", "next", "check", "submitted", "page",
    "draft", "sent", "saved", "limit", "reference", "code", "iss", "error", "link",
)  # fmt: skip

HEADERS = (
    {"HX-Request": "true"}, {"HX-Request": "false"}, {"HX-Request": "true\x7f"},
    {"HX-Request": "true", "HX-History-Restore-Request": "true"}, {"HX-Boosted": "true"},
    {"Accept-Language": "xx-YY;q=9,;;,*"}, {"Accept-Language": "fr-CA" + ",en" * 500},
    {"Accept": "application/x-nothing"}, {"Accept-Encoding": "br;q=oops,*;q=-1"},
    {"Range": "bytes=-1,9999999999-"}, {"If-None-Match": "W/\"x\", *"}, {"If-Modified-Since": "no"},
    {"X-Forwarded-For": "1.2.3.4, ../../x"}, {"X-Forwarded-Host": "evil.example"},
    {"Referer": "http://evil.example/"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
    {"Cookie": "sid=garbage; sid=again; =; x"}, {"Cookie": "sid=" + "A" * 5000},
    {"Authorization": "Basic ////"}, {"User-Agent": "x" * 4000}, {"Content-Language": "\x01"},
    {"X-HTTP-Method-Override": "DELETE"}, {"Host": "127.0.0.1"}, {},
)  # fmt: skip

BODIES = (
    (b"", "application/x-www-form-urlencoded"),
    (b"a" * 700_000, "application/x-www-form-urlencoded"),
    (b"a=1&" * 30_000, "application/x-www-form-urlencoded"),
    (b"%ED%A0%80=%FF%FE&a=%00", "application/x-www-form-urlencoded"),
    (b"\xff\xfe\x00", "application/x-www-form-urlencoded; charset=utf-16"),
    (b'{"a": [1, 2', "application/json"),
    (b"<x/>", "text/xml"),
    (b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx", "multipart/form-data; boundary=b"),
    (b"--b\r\n\r\n\r\n--b--", "multipart/form-data; boundary=b"),
    (b"x", "multipart/form-data"),
    (
        b"".join(
            b"--b\r\nContent-Disposition: form-data; name=a%d\r\n\r\nx\r\n" % n for n in range(1001)
        )
        + b"--b--",
        "multipart/form-data; boundary=b",
    ),
    (
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="../x\x00.html"\r\n'
        b"Content-Type: text/html\r\n\r\n<script>\r\n--b--",
        "multipart/form-data; boundary=b",
    ),
    (b"x" * (1024 * 1024 + 1), "application/octet-stream"),
    (b"a=1", "nonsense/\x7f; q=;;"),
)


def encode(text: str) -> str:
    """Return ``text`` percent-encoded, lone surrogates included."""
    return quote_plus(text.encode("utf-8", "surrogatepass"))


def encode_pairs(pairs: list[tuple[str, str]]) -> bytes:
    """Return ``pairs`` as a form's body."""
    return "&".join(f"{encode(name)}={encode(value)}" for name, value in pairs).encode()


def mutate(pairs: list[tuple[str, str]], chance: random.Random) -> list[tuple[str, str]]:
    """Return the fields of a form with some of them wrong, missing, repeated, huge or foreign."""
    keys = {"csrf_token", "submission_key", "version"}
    changed: list[tuple[str, str]] = []
    for name, value in pairs:
        dice = chance.random()
        if name in keys:
            if dice < 0.06:
                changed.append((name, chance.choice(VALUES)))
            elif dice > 0.04:
                changed.append((name, value))
        elif dice < 0.45:
            changed.append((name, chance.choice(VALUES)))
        elif dice < 0.55:
            changed.extend([(name, value), (name, chance.choice(VALUES))])
        elif dice < 0.62:
            continue
        elif dice < 0.66:
            changed.append((name + chance.choice(("[]", "[0]", ".x", "\x00", "-1")), value))
        else:
            changed.append((name, value))
    if chance.random() < 0.2:
        name = chance.choice(("status", "id", "organisation_id", "owner_id", "version", "next"))
        changed.append((name, chance.choice(VALUES)))
    return changed
