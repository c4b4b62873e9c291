"""What does a file look like, small?"""

from __future__ import annotations

import ctypes
import io
import os
import signal
import struct
import sys
from collections.abc import Iterator
from typing import Any

# A program, not a module: ``python -I drawing.py MIME PARENT`` reads the file on standard input and
# writes each preview on standard output, behind its measures. It trusts nothing that it reads, and
# imports nothing of the portal.

MEASURES = struct.Struct(">HHI")
"""What stands before each preview: width and height in pixels, and its length in bytes."""
EDGE = 640  # pixels of the longer side
MOST_PAGES = 3
MOST_PIXELS = 120_000_000  # the largest camera of a phone, and no more
MEMORY = 768 * 1024 * 1024  # bytes
MOST_BYTES = 4 * 1024 * 1024  # of all that is written
SECONDS = 10  # of computing
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def confine(parent: int) -> None:
    """Give up what the work does not need, before a byte of the file is read."""
    import resource  # not on Windows

    os.umask(0o077)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, MOST_BYTES),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        # No network, where the kernel lets everybody give it up; there is no use for one anyhow.
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
        if os.getppid() != parent:  # it died before the kernel had been told
            os._exit(1)


def draw(mime: str, content: Any) -> Iterator[Any]:
    """Yield small pictures of the first pages of a PDF, or of the image."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # twice as many are an error
    for picture in _pages(content) if mime == "application/pdf" else _image(Image, content):
        picture.thumbnail((EDGE, EDGE))
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
        # On a new sheet: of what the file says besides, such as where it was taken, nothing stays.
        sheet = Image.new("RGB", upright.size, "white")
        sheet.paste(upright, mask=upright)
        yield sheet


def _image(images: Any, content: Any) -> Iterator[Any]:
    with images.open(content, formats=("PNG", "JPEG", "WEBP")) as picture:
        yield picture


def _pages(content: Any) -> Iterator[Any]:
    from pypdfium2 import PdfDocument

    document = PdfDocument(content)
    for number in range(min(len(document), MOST_PAGES)):
        page = document[number]
        longer = max(page.get_size())
        yield page.render(scale=EDGE / longer if longer > 0 else 1).to_pil()


def main() -> int:
    """Draw what standard input holds; return the exit code."""
    mime, parent = sys.argv[1], int(sys.argv[2])
    confine(parent)
    with os.fdopen(0, "rb") as content, os.fdopen(1, "wb") as out:
        for sheet in draw(mime, content):
            packed = io.BytesIO()
            sheet.save(packed, "WEBP", quality=80, method=4)
            out.write(MEASURES.pack(*sheet.size, packed.tell()) + packed.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())
