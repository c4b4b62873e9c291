"""Is a file what its name says, and of a kind that is taken?"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import puremagic
from anyascii import anyascii

from portal.core.language import _l
from portal.core.text import clean_line

LONGEST_NAME = 120
HEAD = 64 * 1024  # bytes that are looked at to tell what a content is
# Names under which Windows opens a device, whatever the extension.
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{one}{n}" for one in ("com", "lpt")
                                                    for n in range(1, 10))})  # fmt: skip
_UNSAFE = str.maketrans(dict.fromkeys('/\\:*?"<>|%\u200e\u200f\u061c', "_"))


class FileRefused(Exception):
    """The file is not taken; ``sentence`` says why and what to do instead."""

    def __init__(self, sentence: Any) -> None:
        super().__init__(sentence)
        # Lazy: files are judged before it is known in whose language to say it.
        self.sentence = sentence


@dataclass(frozen=True)
class FileType:
    """One kind of file that is taken.

    ``extensions`` with the usual one first, ``mime`` as it is sent out, ``looks`` the types that
    puremagic may find in its first bytes; a text has none. ``is_package`` for those that are ZIP
    archives inside.
    """

    mime: str
    extensions: tuple[str, ...]
    looks: frozenset[str] = frozenset()
    is_package: bool = False


_ZIP = frozenset({"application/zip", "application/x-zip-compressed"})
_OFFICE = "application/vnd.openxmlformats-officedocument"


def _package(mime: str, extension: str) -> FileType:
    return FileType(mime, (extension,), _ZIP | {mime}, is_package=True)


TYPES: tuple[FileType, ...] = (
    FileType("application/pdf", ("pdf",), frozenset({"application/pdf"})),
    FileType("image/png", ("png",), frozenset({"image/png"})),
    FileType("image/jpeg", ("jpg", "jpeg"), frozenset({"image/jpeg", "image/jpg"})),
    FileType("image/webp", ("webp",), frozenset({"image/webp"})),
    FileType("image/heic", ("heic", "heif"), frozenset({"image/heic", "image/heif"})),
    _package(f"{_OFFICE}.wordprocessingml.document", "docx"),
    _package(f"{_OFFICE}.spreadsheetml.sheet", "xlsx"),
    _package(f"{_OFFICE}.presentationml.presentation", "pptx"),
    _package("application/vnd.oasis.opendocument.text", "odt"),
    _package("application/vnd.oasis.opendocument.spreadsheet", "ods"),
    FileType("text/plain", ("txt",)),
    FileType("text/csv", ("csv",)),
)
BY_EXTENSION: Mapping[str, FileType] = {
    extension: one for one in TYPES for extension in one.extensions
}
# What a browser's file dialog offers: the same list.
ACCEPT = ",".join(f".{extension}" for extension in BY_EXTENSION)

# A package is judged by its table of contents and never unpacked.
MOST_ENTRIES, MOST_BYTES, MOST_RATIO = 1000, 100 * 1024 * 1024, 100


def clean_name(given: str) -> str:
    """Return the name under which a file is shown and sent out; it never names a place.

    Raises FileRefused for one that says nothing.
    """
    name = clean_line(given.replace("\\", "/").rpartition("/")[2]).translate(_UNSAFE).strip(". ")
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem.strip("._ "):
        raise FileRefused(_l("Give the file a name with an ending, such as offer.pdf."))
    if stem.partition(".")[0].strip().lower() in _DEVICES:
        stem = f"_{stem}"
    return f"{stem[: LONGEST_NAME - len(extension) - 1].rstrip('. ')}.{extension}"


def plain_name(name: str) -> str:
    """Return a clean name in ASCII, for those who read no other; it names no place either."""
    return anyascii(name).translate(_UNSAFE)


def judge(name: str, content: BinaryIO) -> FileType:
    """Return the kind of a file by its name *and* its first bytes; raises FileRefused."""
    extension = PurePosixPath(name).suffix.removeprefix(".").lower()
    found = BY_EXTENSION.get(extension)
    if found is None:
        raise FileRefused(
            _l("%(name)s: files of this kind are not taken. Send a PDF, an image, a document of"
              " Word, Excel or PowerPoint, or a text.", name=name)
        )  # fmt: skip
    content.seek(0)
    head = content.read(HEAD)
    if not head:
        raise FileRefused(_l("%(name)s is empty.", name=name))
    if not (_is_text(head) if not found.looks else _looks_like(head) & found.looks):
        raise FileRefused(
            _l("%(name)s is not what its ending says. Save it anew as the right kind.", name=name)
        )
    if found.is_package:
        _look_into(name, content)
    content.seek(0)
    return found


def _looks_like(head: bytes) -> set[str]:
    """Return the types that the first bytes speak for, the surest ones alone."""
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return set()
    best = max((match.confidence for match in matches), default=0)
    return {match.mime_type for match in matches if match.confidence == best}


def _is_text(head: bytes) -> bool:
    """Tell whether the bytes are UTF-8 text (or the Latin of old sheets) and no markup."""
    if b"\0" in head or _looks_like(head) & {"text/html", "image/svg+xml", "application/xml"}:
        return False
    # A character may be cut in two at the end of what was read.
    text = head.decode("utf-8", "ignore")
    return len(head) - len(text.encode()) <= 3 or all(
        byte >= 32 or byte in b"\t\r\n" for byte in head
    )


def _look_into(name: str, content: BinaryIO) -> None:
    """Refuse a package that unpacks to too much, carries macros, or names places outside."""
    broken = FileRefused(_l("%(name)s cannot be opened; it may be damaged or locked.", name=name))
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError) as error:
        raise broken from error
    whole = sum(one.file_size for one in entries)
    packed = max(sum(one.compress_size for one in entries), 1)
    if len(entries) > MOST_ENTRIES or whole > MOST_BYTES or whole > MOST_RATIO * packed:
        raise broken
    names = {one.filename for one in entries}
    is_outside = any(part.startswith(("/", "\\")) or ".." in part.split("/") for part in names)
    is_link = any(one.external_attr >> 28 == 0xA for one in entries)  # S_IFLNK
    if is_outside or is_link or not names & {"[Content_Types].xml", "mimetype"}:
        raise broken
    if any(part.lower().endswith("vbaproject.bin") for part in names):
        raise FileRefused(_l("%(name)s contains macros. Save it without them.", name=name))
