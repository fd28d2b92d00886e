"""Pictures of the console for the documentation: PNG files with a palette of 256 colours.

A browser writes three bytes for each point. A page has few colours, so one byte is enough.
"""

import struct
import zlib
from collections import Counter
from functools import cache
from pathlib import Path

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256


def chunks(png: bytes) -> dict[bytes, bytes]:
    """Return the content of the chunks of a PNG, by their type; equal types are joined."""
    found: dict[bytes, bytes] = {}
    at = len(SIGNATURE)
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        found[kind] = found.get(kind, b"") + png[at + 8 : at + 8 + size]
        at += size + 12
    return found


def points(png: bytes) -> tuple[int, list[list[bytes]]]:
    """Return the width of a PNG of 8 bits a channel, and the colours of each line."""
    parts = chunks(png)
    width, height, depth, kind = struct.unpack(">IIBB", parts[b"IHDR"][:10])
    assert (depth, kind) in ((8, 2), (8, 6)), "the browser wrote another kind of picture"
    step = 3 if kind == 2 else 4
    raw, lines, above = zlib.decompress(parts[b"IDAT"]), [], bytearray(width * step)
    for row in range(height):
        start = row * (width * step + 1)
        line = bytearray(raw[start + 1 : start + 1 + width * step])
        unfilter(raw[start], line, above, step)
        lines.append([bytes(line[at : at + 3]) for at in range(0, len(line), step)])
        above = line
    return width, lines


def unfilter(method: int, line: bytearray, above: bytearray, step: int) -> None:
    """Turn the differences of a line into values, in place."""
    for at in range(len(line) if method else 0):
        left = line[at - step] if at >= step else 0
        corner = above[at - step] if at >= step else 0
        before = {1: left, 2: above[at], 3: (left + above[at]) // 2}
        guess = before[method] if method < 4 else nearest(left, above[at], corner)
        line[at] = (line[at] + guess) & 255


def nearest(left: int, up: int, corner: int) -> int:
    """Return the one of three values that is nearest to left + up - corner."""
    aim = left + up - corner
    return min((left, up, corner), key=lambda value: abs(aim - value))


def write_small(png: bytes, path: Path) -> None:
    """Write a picture with the 256 most frequent colours, and the nearest for the others."""
    width, lines = points(png)
    counted = Counter(colour for line in lines for colour in line)
    palette = [colour for colour, _ in counted.most_common(COLOURS)]

    @cache
    def index(colour: bytes) -> int:
        def distance(at: int) -> int:
            return sum((a - b) ** 2 for a, b in zip(palette[at], colour, strict=True))

        return min(range(len(palette)), key=distance)

    rows = b"".join(b"\0" + bytes(index(colour) for colour in line) for line in lines)
    head = struct.pack(">IIBBBBB", width, len(lines), 8, 3, 0, 0, 0)
    body = zlib.compress(rows, 9)
    parts = {b"IHDR": head, b"PLTE": b"".join(palette), b"IDAT": body, b"IEND": b""}
    path.write_bytes(SIGNATURE + b"".join(chunk(kind, body) for kind, body in parts.items()))


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
