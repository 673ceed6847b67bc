import io

import pytest

from field_notes.image_headers import read_image_header

JPEG_START = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
JPEG_FRAME = b"\xff\xc0\x00\x11\x08\x00\x04\x00\x05\x03" + b"\x00" * 9


def webp(chunk: bytes, data: bytes) -> bytes:
    return b"RIFF\x00\x00\x00\x00WEBP" + chunk + b"\x00\x00\x00\x00" + data.ljust(16, b"\x00")


class TestReadImageHeader:
    @pytest.mark.parametrize(
        ("data", "content_type", "extension"),
        [
            (JPEG_START + JPEG_FRAME, "image/jpeg", "jpg"),
            (JPEG_START + b"\xff\xff\xff" + JPEG_FRAME[1:], "image/jpeg", "jpg"),
            (JPEG_START + b"\xff\x01" + JPEG_FRAME, "image/jpeg", "jpg"),
            (b"GIF87a\x05\x00\x04\x00", "image/gif", "gif"),
            (webp(b"VP8X", b"\x00" * 4 + b"\x04\x00\x00\x03\x00\x00"), "image/webp", "webp"),
            (
                webp(b"VP8L", b"\x2f" + (4 | 3 << 14).to_bytes(4, "little")),
                "image/webp",
                "webp",
            ),
            (webp(b"VP8 ", b"\x00\x00\x00\x9d\x01\x2a\x05\x00\x04\x00"), "image/webp", "webp"),
        ],
    )
    def test_tells_kind_and_size(self, data: bytes, content_type: str, extension: str) -> None:
        file = io.BytesIO(data)
        file.read()
        header = read_image_header(file)
        assert header is not None
        assert (header.content_type, header.extension) == (content_type, extension)
        assert (header.width_pixels, header.height_pixels) == (5, 4)
        assert file.tell() == 0

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\xff\xd8\xff",
            JPEG_START,
            JPEG_START + b"\xff\xd9",
            JPEG_START + b"nonsense behind the first segment",
            b"GIF89a\x00\x00\x04\x00",
            b"GIF89a\x05",
            webp(b"JUNK", b""),
            webp(b"VP8L", b"\x00" * 5),
            b"RIFF\x00\x00\x00\x00WAVE" + b"\x00" * 20,
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIDAT" + b"\x01" * 12,
        ],
    )
    def test_is_none_for_anything_else(self, data: bytes) -> None:
        assert read_image_header(io.BytesIO(data)) is None

    @pytest.mark.parametrize("name", ["agarics", "fern", "heron", "larches", "moth"])
    def test_knows_the_sample_pictures(self, name: str) -> None:
        from importlib.resources import files

        with (files("field_notes") / "sample_pictures" / f"{name}.webp").open("rb") as file:
            header = read_image_header(file)
        assert header is not None
        assert (header.width_pixels, header.height_pixels) == (1200, 800)
