"""Tell from its first bytes whether a file is a picture, of which kind and how large.

The name and the content type that came with an upload are claims of the sender, so nobody here
looks at them. Only kinds that every browser shows and that carry no scripts are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

# The size of a JPEG stands behind its metadata, which may hold a preview picture of its own.
HEADER_BYTES = 512 * 1024

_JPEG_MARKERS_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
_JPEG_FRAME_STARTS = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True)
class ImageHeader:
    """Kind and size of a picture."""

    content_type: str
    extension: str
    width_pixels: int
    height_pixels: int


def read_image_header(file: IO[bytes]) -> ImageHeader | None:
    """Return what the beginning of *file* says, or None if it is no picture that we know.

    Args:
        file: A seekable file; it is left at its start.
    """
    file.seek(0)
    head = file.read(HEADER_BYTES)
    file.seek(0)
    for content_type, extension, read_size in (
        ("image/png", "png", _read_png_size),
        ("image/jpeg", "jpg", _read_jpeg_size),
        ("image/gif", "gif", _read_gif_size),
        ("image/webp", "webp", _read_webp_size),
    ):
        size = read_size(head)
        if size is not None and min(size) > 0:
            return ImageHeader(content_type, extension, *size)
    return None


def _read_png_size(head: bytes) -> tuple[int, int] | None:
    if not head.startswith(b"\x89PNG\r\n\x1a\n") or head[12:16] != b"IHDR" or len(head) < 24:
        return None
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def _read_gif_size(head: bytes) -> tuple[int, int] | None:
    if not head.startswith((b"GIF87a", b"GIF89a")) or len(head) < 10:
        return None
    return int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")


def _read_jpeg_size(head: bytes) -> tuple[int, int] | None:
    """Walk from segment to segment until the one that starts the frame."""
    if not head.startswith(b"\xff\xd8\xff"):
        return None
    position = 2
    while position + 9 <= len(head) and head[position] == 0xFF:
        marker = head[position + 1]
        if marker in _JPEG_FRAME_STARTS:
            height, width = head[position + 5 : position + 7], head[position + 7 : position + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
        if marker == 0xFF:  # a fill byte
            position += 1
        elif marker in _JPEG_MARKERS_WITHOUT_LENGTH:
            position += 2
        else:
            position += 2 + int.from_bytes(head[position + 2 : position + 4], "big")
    return None


def _read_webp_size(head: bytes) -> tuple[int, int] | None:
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP" or len(head) < 30:
        return None
    chunk = head[12:16]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if chunk == b"VP8L" and head[20] == 0x2F:
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = head[26:28], head[28:30]
        return int.from_bytes(width, "little") & 0x3FFF, int.from_bytes(height, "little") & 0x3FFF
    return None
