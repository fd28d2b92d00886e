"""The pictures of the documentation keep their colours when they are written with a palette."""

import struct
import zlib
from pathlib import Path

from console.browser.pictures import SIGNATURE, chunk, chunks, write_small

RED, BLUE, GREY = b"\xff\x00\x00", b"\x00\x00\xff", b"\x80\x80\x80"


def png(width: int, height: int, lines: bytes) -> bytes:
    """Return a picture with 3 bytes a point, as a browser writes it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = {b"IHDR": head, b"IDAT": zlib.compress(lines), b"IEND": b""}
    return SIGNATURE + b"".join(chunk(kind, body) for kind, body in parts.items())


def test_a_picture_keeps_its_points(tmp_path: Path) -> None:
    """Each line is stored with another of the five filters of PNG, and means red, red, blue."""
    lines = (
        b"\0" + RED + RED + BLUE,
        b"\1" + RED + b"\0\0\0" + b"\x01\x00\xff",  # differences to the left
        b"\2" + bytes(9),  # to the line above
        b"\3" + b"\x80\x00\x00" + b"\0\0\0" + b"\x81\x00\x80",  # to the mean of both, rounded down
        b"\4" + bytes(9),  # to the nearest of left, above and corner
    )
    write_small(png(3, 5, b"".join(lines)), tmp_path / "small.png")
    parts = chunks((tmp_path / "small.png").read_bytes())
    assert parts[b"PLTE"] == RED + BLUE
    assert zlib.decompress(parts[b"IDAT"]) == b"\0\0\0\1" * 5


def test_a_rare_colour_becomes_the_nearest(tmp_path: Path) -> None:
    """257 colours do not fit; the last one is nearly grey, and the second most frequent is grey."""
    colours = [GREY, GREY, *(bytes((0, n, 255)) for n in range(255)), b"\x81\x80\x80"]
    picture = png(len(colours), 1, b"\0" + b"".join(colours))
    write_small(picture, tmp_path / "small.png")
    written = zlib.decompress(chunks((tmp_path / "small.png").read_bytes())[b"IDAT"])
    assert written[-1] == written[1] == 0
