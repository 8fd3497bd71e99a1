"""The few shapes that pictures are made of: round ticks, coordinates, names cut short, nothing that gets out."""

import math
from xml.etree import ElementTree

import pytest

from govern.report.svg import Drawing, Scale, cells, number, shortened


@pytest.mark.parametrize(
    ("value", "said"), [(1, "1"), (1.005, "1"), (2.5, "2.5"), (-0.001, "0"), (120, "120"), (0.1 + 0.2, "0.3")]
)
def test_a_coordinate_has_two_decimals_at_most(value: float, said: str) -> None:
    assert number(value) == said


@pytest.mark.parametrize(
    ("low", "high", "least", "said"),
    [
        (-23.4, 77.0, 0, ["-20", "0", "20", "40", "60"]),
        (-0.3, 5.3, 0, ["0", "1", "2", "3", "4", "5"]),
        (0.0, 0.16, 0, ["0.000", "0.025", "0.050", "0.075", "0.100", "0.125", "0.150"]),
        (0.0, 1.0, 1, ["0", "1"]),
        (-0.08, 1.06, 1, ["0", "1"]),
        (0.0, 812_345.0, 0, ["0", "200,000", "400,000", "600,000", "800,000"]),
        (1e-9, 3e-9, 0, ["1e-09", "1.5e-09", "2e-09", "2.5e-09", "3e-09"]),
    ],
)  # fmt: skip
def test_ticks_are_round_and_few(low: float, high: float, least: float, said: list[str]) -> None:
    ticks = Scale(low, high, 0, 100).ticks(least=least)
    assert [text for _, text in ticks] == said
    assert all(low - 1e-9 <= value <= high + 1e-9 for value, _ in ticks)


@pytest.mark.parametrize(
    "values",
    [[], [7.0], [7.0, 7.0], [0.0], [-3.0], [1e-12, 2e-12], [math.nan], [math.inf, 1.0], [-1e12, 1e12]],
)
def test_a_scale_holds_every_value_whatever_they_are(values: list[float]) -> None:
    scale = Scale.over(values, 100, 200)
    assert scale.low < scale.high and 0 < len(scale.ticks()) <= 8
    assert all(100 < scale.at(value) < 200 for value in values if math.isfinite(value))
    assert scale.at(scale.low - 1) == 100 and scale.at(scale.high + 1) == 200


def test_nothing_below_the_floor_is_named_and_what_stands_on_it_is_seen_whole() -> None:
    scale = Scale.over([0.0, 10.0], 0, 100, 0.0)
    assert scale.ticks()[0] == (0, "0") and scale.at(0) > 5


@pytest.mark.parametrize(
    ("text", "most", "said"),
    [
        ("prime", 5, "prime"), ("composite", 5, "co…te"), ("composite", 6, "com…te"), ("語語語", 5, "語…語"),
        ("a\x1bb", 9, r"a\x1bb"),
    ],
)  # fmt: skip
def test_a_long_name_keeps_its_beginning_and_its_end(text: str, most: int, said: str) -> None:
    assert shortened(text, most) == said and cells(said) <= max(most, 6)


def test_no_name_gets_out_of_its_text() -> None:
    name = "</text><script>alert('x' & \"y\")</script>\x1b\x00\ud800\u202e\ufffe"
    drawing = Drawing(200)
    drawing.text(1, 2, name, whole=name + "!")
    drawing.mark("circle", 1, 2, about=name)
    root = ElementTree.fromstring(drawing.svg(100, name, name))
    assert {each.tag.rpartition("}")[2] for each in root.iter()} == {
        "svg",
        "title",
        "desc",
        "rect",
        "text",
        "circle",
    }
    assert "".join(root.itertext()).count("<script>") == 5


@pytest.mark.parametrize("shape", ["circle", "square", "triangle", "diamond", "cross"])
@pytest.mark.parametrize("filled", [True, False])
def test_a_shape_is_drawn_filled_and_hollow(shape: str, filled: bool) -> None:
    drawing = Drawing(20)
    drawing.mark(shape, 10, 10, filled=filled)
    (part,) = drawing.parts
    assert ElementTree.fromstring(part) is not None and ('fill="#ffffff"' in part) is not filled
