"""Hold what the scenarios send and receive, alike for every framework.

Nothing here may depend on a framework, and nothing here is built inside a measured loop.
"""

from __future__ import annotations

import random
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent
ARTEFACTS = ROOT.parent / "artefacts" / "bench"
TEMPLATES = ROOT / "apps" / "templates"
STATIC = ARTEFACTS / "static"
PHOTO = "photo.jpg"
PHOTO_BYTES = 64 * 1024

SECRET_KEY = "a key for measuring only, of a usual length"
SESSION_COOKIE = "session"

GREETING = "Hello, World!"
HTML = "text/html; charset=utf-8"

TEN_FIELDS: dict[str, object] = {
    "id": 4711,
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "active": True,
    "score": 99.5,
    "manager": None,
    "city": "London",
    "tags": ["first", "programmer"],
    "address": {"street": "St James's Square", "number": 12},
    "visits": 31,
}

ECHO: dict[str, object] = {
    "title": "A note on the engine",
    "items": [
        {"id": number, "name": f"part number {number}", "price": number * 1.25, "stock": True}
        for number in range(14)
    ],
    "comment": "weaves algebraic patterns just as the loom weaves flowers and leaves",
}

FORM: dict[str, str] = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@example.org",
    "street": "St James's Square 12",
    "city": "London",
    "postcode": "SW1Y 4JH",
    "country": "GB",
    "newsletter": "on",
    "age": "36",
    "comment": "Please send the notes, all of them.",
}
FORM_BODY = urlencode(FORM).encode()

ROWS: list[dict[str, object]] = [
    {"id": number, "name": f"Part <{number}>", "city": "London", "price": number * 1.5}
    for number in range(20)
]

CHUNKS: list[bytes] = [
    b"chunk %03d of a stream, padded to a line of a log\n" % n for n in range(100)
]

LOGIN: dict[str, object] = {"user_id": 42, "name": "ada", "visits": 1}

UPLOAD_NAME = "scan.bin"
UPLOAD_BYTES = 1_000_000


def make_upload_body(boundary: str) -> bytes:
    """Return a multipart body: two text fields and one binary file of 1 MB."""
    start = f"--{boundary}\r\nContent-Disposition: form-data; name="
    lines = [f'{start}"{name}"\r\n\r\n{name}\r\n'.encode() for name in ("title", "album")]
    lines += [
        f'{start}"upload"; filename="{UPLOAD_NAME}"\r\n'.encode(),
        b"Content-Type: application/octet-stream\r\n\r\n",
        random.Random(1815).randbytes(UPLOAD_BYTES),
        f"\r\n--{boundary}--\r\n".encode(),
    ]
    return b"".join(lines)


def write_photo() -> Path:
    """Write the file of the static scenario unless it is there, and return its path."""
    path = STATIC / PHOTO
    if not path.exists() or path.stat().st_size != PHOTO_BYTES:
        STATIC.mkdir(parents=True, exist_ok=True)
        path.write_bytes(random.Random(64).randbytes(PHOTO_BYTES))
    return path


DYNAMIC_RULE = "/users/<int:id>/posts/<slug>"


def make_fillers() -> list[str]:
    """Return 299 rules in Flask's notation: a third each with no, one and two variable parts."""
    rules: list[str] = []
    for area in range(100):
        rules += [
            f"/area{area}/list",
            f"/area{area}/<int:id>",
            f"/area{area}/<int:id>/notes/<slug>",
        ]
    return rules[:299]


def make_rules() -> list[str]:
    """Return 300 rules, the one that is asked for in their middle."""
    rules = make_fillers()
    rules.insert(150, DYNAMIC_RULE)
    return rules
