"""The review of a calibration in words: what to look at, and what became of it."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from govern.domain.duties import closing
from govern.report.answer import Answer
from govern.report.wrap import wrapped

LIMIT = "_at_most"


def agenda_answer(command: str, agenda: Any) -> Answer:
    """`agenda` is an `operations.calibrations.Agenda`."""
    first = agenda.reviews[0]
    lines = wrapped(f"{agenda.calibration or 'no calibration'}, that of next in {agenda.packet}", then="  ")
    lines += wrapped(f"by {first.owner} until {first.due}", " owed      ")
    rows = list(_looked_at(agenda.packet, agenda.document))
    line = f'govern calibration review {agenda.packet} --outcome kept --finding "..."'
    if agenda.labels:
        rows.append(
            ("waits", f"until it is proved that all decisions of {agenda.labels[0].record} are relabelled")
        )
        line = closing(agenda.labels[0])
    lines += [row for name, text in rows for row in wrapped(text, f" {name:<9} ")]
    return Answer(command, tuple(lines), advice=("next", line), data=asdict(agenda))


def _looked_at(packet: str, document: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """What of a calibration may have been wrong, each with what it says."""
    yield "outcomes", f"marked ones and the others: govern relabel export {packet} --out FILE"
    if document is None:
        yield "nothing", "next had no calibration: does it need one?"
        return
    errors = ", ".join(document.get("error_taxonomy", ())) or "no classes are named"
    yield "errors", f"{errors}: which grew among the marked decisions?"
    bias = document.get("bias")
    yield "bias", f"{'none is stated' if bias is None else f'{bias:g}'}: what is theirs?"
    yield "backtest", f"{_backtest(document.get('backtest', {}))}: do they keep to that?"
    lock = document["model_lock"]
    model = f"{document['model_version']}, locked {lock['locked_at']} ({lock['owner']})"
    yield "lock", f"{model}: was it the model that decided?"


def _backtest(backtest: Mapping[str, Any]) -> str:
    """`mean_abs_error 0.042 of 0.05`: measured, of at most."""
    limits = [key.removesuffix(LIMIT) for key in backtest if key.endswith(LIMIT)]
    told = [f"{name} {backtest[name]:g} of {backtest[name + LIMIT]:g}" for name in limits if name in backtest]
    return ", ".join(told) or "no limits are stated"
