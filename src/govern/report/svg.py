"""Pictures as SVG: a scale and a few shapes over plain numbers. What they mean is said by whoever draws.

No script, no style sheet, nothing from elsewhere, and the same calls give the same bytes. Letters are set in a
monospaced font, so that how wide a text is can be said without measuring. Shapes differ as well as colours.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from unicodedata import east_asian_width

from govern.report.wrap import printable

FONT = "'DejaVu Sans Mono', Menlo, Consolas, 'Courier New', monospace"
ADVANCE = 0.605  # of the size: a cell of the widest of these fonts
INK, SOFT, FAINT, PAPER = "#1a1a1a", "#5c5c5c", "#d8d8d8", "#ffffff"
BLUE, ORANGE, RED = "#0072b2", "#b36b00", "#b3310c"  # told apart by every kind of colour blindness
STEPS = (1, 2, 2.5, 5, 10)


def number(value: float) -> str:
    """A coordinate: two decimals at most, and no minus before zero."""
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def cells(text: str) -> int:
    """How many cells of a monospaced font a text takes; an ideograph takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in printable(text))


def width(text: str, size: float) -> float:
    return cells(text) * ADVANCE * size


def shortened(text: str, most: int) -> str:
    """The text in `most` cells: of a longer one its beginning and its end."""
    text = printable(text)
    if cells(text) <= most:
        return text
    head, tail, room = "", "", most - 1
    for place in range(len(text)):
        letter = text[place // 2] if place % 2 == 0 else text[-1 - place // 2]
        if cells(head + tail + letter) > room:
            break
        head, tail = (head + letter, tail) if place % 2 == 0 else (head, letter + tail)
    return f"{head}…{tail}"


@dataclass(frozen=True, slots=True)
class Scale:
    """Where values from `low` to `high` stand between the coordinates `start` and `end`; no tick is below `floor`."""

    low: float
    high: float
    start: float
    end: float
    floor: float = -math.inf

    @classmethod
    def over(cls, values: Iterable[float], start: float, end: float, floor: float = -math.inf) -> "Scale":
        """A scale with room for all values and a little more; for one alone, around it. None lies below `floor`."""
        found = [value for value in values if math.isfinite(value)] or [0.0]
        low, high = min(found), max(found)
        room = 0.06 * (high - low) or abs(low) / 10 or 1.0
        least = floor - 0.08 * (high + room - floor)  # so that what stands on the floor is seen whole
        return cls(max(low - room, least), high + room, start, end, floor)

    def at(self, value: float) -> float:
        """The coordinate of a value; what lies outside stands at the end."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)

    def ticks(self, most: int = 7, least: float = 0.0) -> list[tuple[float, str]]:
        """Round values within the scale, at most so many and `least` apart, each as it is written."""
        rough = max((self.high - self.low) / most, least)
        size = 10.0 ** math.floor(math.log10(rough) + 1e-9)
        step = next(size * each for each in STEPS if size * each >= rough * (1 - 1e-9))
        places = max(0, -math.floor(math.log10(step) + 1e-9) + (step / size == 2.5))
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        short = places > 6 or max(abs(self.low), abs(self.high)) >= 1e6
        form = ".6g" if short else f",.{places}f"
        steps = (n * step for n in range(first, last + 1))
        return [(value, format(value + 0.0, form)) for value in steps if value >= self.floor]


@dataclass(slots=True)
class Drawing:
    """Shapes in the order in which they are drawn, and the picture they make."""

    width: float
    parts: list[str] = field(default_factory=list)

    def text(
        self, x: float, y: float, words: str, *, size: float = 12, anchor: str = "start",
        colour: str = INK, bold: bool = False, whole: str = "",
    ) -> None:  # fmt: skip
        """Words on the line at `y`; `whole` is what they are short for, shown where the pointer rests."""
        weight = ' font-weight="bold"' if bold else ""
        end = "" if anchor == "start" else f' text-anchor="{anchor}"'
        tip = f"<title>{_safe(whole)}</title>" if whole and whole != words else ""
        place = f'x="{number(x)}" y="{number(y)}" font-size="{number(size)}" fill="{colour}"'
        self.parts.append(f"<text {place}{end}{weight}>{tip}{_safe(words)}</text>")

    def line(
        self, points: Sequence[tuple[float, float]], *, colour: str = INK, thick: float = 1, dash: str = ""
    ) -> None:
        """Straight from point to point."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        joined = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        stroke = f'stroke="{colour}" stroke-width="{number(thick)}"'
        self.parts.append(f'<polyline points="{joined}" fill="none" {stroke}{dashed}/>')

    def band(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        """A filled area; one without extent is left out."""
        across, down = right - left, bottom - top
        if across > 0 and down > 0:
            size = f'width="{number(across)}" height="{number(down)}"'
            self.parts.append(f'<rect x="{number(left)}" y="{number(top)}" {size} fill="{colour}"/>')

    def mark(
        self, shape: str, x: float, y: float, *, colour: str = INK, filled: bool = True, about: str = ""
    ) -> None:
        """A circle, square, triangle, diamond or cross; `about` is shown where the pointer rests."""
        tip = f"<title>{_safe(about)}</title>" if about else ""
        look = f'fill="{colour if filled else PAPER}" stroke="{colour}" stroke-width="1.5"'
        if shape == "circle":
            self.parts.append(f'<circle cx="{number(x)}" cy="{number(y)}" r="4" {look}>{tip}</circle>')
            return
        corners = " ".join(f"{number(x + a)},{number(y + b)}" for a, b in SHAPES[shape])
        self.parts.append(f'<polygon points="{corners}" {look}>{tip}</polygon>')

    def svg(self, height: float, title: str, about: str) -> str:
        """The whole picture on paper; `title` and `about` are what a screen reader says of it."""
        size = f'width="{number(self.width)}" height="{number(height)}"'
        box = f'viewBox="0 0 {number(self.width)} {number(height)}"'
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} role="img" font-family="{FONT}">',
            f"<title>{_safe(title)}</title>",
            f"<desc>{_safe(about)}</desc>",
            f'<rect {size} fill="{PAPER}"/>',
        )
        return "\n".join((*head, *self.parts, "</svg>")) + "\n"


def _safe(text: str) -> str:
    """No markup and no sign that XML forbids gets out of a name."""
    return escape(printable(text.replace("\n", " ")))


SHAPES = {
    "square": ((-4, -4), (4, -4), (4, 4), (-4, 4)),
    "triangle": ((0, -5), (5, 4), (-5, 4)),
    "diamond": ((0, -5.5), (5.5, 0), (0, 5.5), (-5.5, 0)),
    "cross": ((-4, -4), (0, 0), (4, -4), (0, 0), (4, 4), (0, 0), (-4, 4), (0, 0)),
}
