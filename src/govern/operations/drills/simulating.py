"""Chance for a simulated card: numbers drawn from a seed, so that the same line gives the same answer everywhere."""

import math
import random
from collections.abc import Iterator, Mapping, Sequence

from govern.domain.decision import Refusal
from govern.domain.document import Document
from govern.domain.drills.rule import metrics_of
from govern.domain.drills.simulation import Simulated, outcome_of, simulate
from govern.domain.findings import nearest
from govern.errors import UsageError
from govern.operations.asking import raised


def simulated(
    card: Document, runs: int, seed: int, noise: Sequence[str], values: Sequence[str]
) -> tuple[Simulated, Mapping[str, float], Mapping[str, float]]:
    """The card many times over; its values and its noise. Both are given as METRIC=NUMBER."""
    spread = figures(card, "--noise", noise)
    if any(value < 0 for value in spread.values()):
        raise UsageError("noise is a standard deviation: 0 or more", type_line="--noise METRIC=NUMBER")
    if not spread:
        first = metrics_of(card.value["criteria"])[0]
        raise UsageError("without noise every run is the same: how far does a metric scatter?",
                         type_line=f"--noise {first}=0.1")  # fmt: skip
    given = {**outcome_of(card.value), **figures(card, "--value", values)}
    draws = _draws(random.Random(seed), runs, len(metrics_of(card.value["criteria"])))
    try:
        return simulate(card.value, given, spread, draws), given, spread
    except Refusal as refusal:
        raise raised(refusal.refused) from None


def figures(card: Document, option: str, texts: Sequence[str]) -> dict[str, float]:
    """METRIC=NUMBER, of metrics of the card. UsageError with the nearest."""
    known, found = card.value["metrics"], {}
    for text in texts:
        metric, _, said = text.partition("=")
        try:
            value = float(said)
        except ValueError:
            value = math.nan
        if metric not in known:
            close = nearest(metric, known) or next(iter(known))
            line = f"{option} {close}={said or 'NUMBER'}"
            raise UsageError(
                f"{card.id} has no metric `{metric}`; there are: {', '.join(known)}", type_line=line
            )
        if not math.isfinite(value):
            raise UsageError(
                f"`{text}`: {said or 'nothing'} is no number", type_line=f"{option} {metric}=NUMBER"
            )
        found[metric] = value
    return found


def _draws(source: random.Random, runs: int, metrics: int) -> Iterator[list[float]]:
    for _ in range(runs):
        yield [source.gauss(0.0, 1.0) for _ in range(metrics)]
