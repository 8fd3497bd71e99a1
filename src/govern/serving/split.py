"""Which side of a split a unit is on, version 1. Stated in numbers, so that any language can compute it again.

A unit's place never changes within a packet: a larger share only adds units, nobody ever flips back.
"""

import math
from hashlib import sha256

PLACES = 10_000  # a place is a hundredth of a percent


def side(packet: str, unit_key: str) -> int:
    """The place of a unit, 0 to 9,999: first 8 bytes of sha256(`v1:PACKET:UNIT`), big-endian, modulo 10,000."""
    digest = sha256(f"v1:{packet}:{unit_key}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % PLACES


def places(percent: float) -> int:
    """How many places `percent` takes: a unit is on next where its place is below this. 33.33 takes 3,333."""
    return math.ceil(round(percent * 100, 6))  # 33.33 * 100 may miss 3333 by the last bit of a float
