"""`govern drill tabletop`: half an hour around a near-miss, with the packet's own triggers and the clock running."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from govern.cli import frame
from govern.cli.drill_terminal import Terminal, WallClock
from govern.cli.frame import context, interactive, say, show
from govern.cli.options import Actor, DryRun, Folder, Offline, Output, Packet, listed
from govern.cli.write import write
from govern.domain.drills.tabletop import FIELDS, HoldTabletop
from govern.errors import ExitCode, UsageError
from govern.report.answer import Answer
from govern.report.wrap import wrapped

if TYPE_CHECKING:
    from govern.operations.drills.clock import Clock
    from govern.operations.drills.tabletop import Field, Tried
    from govern.operations.workspace import Workspace

NAME = "drill tabletop"
TOOK = re.compile(r"(\d{1,4}):([0-5]\d)")
T = TypeVar("T")
NAMED = re.compile(r"[a-z_]+(\.[a-z_]+)?")


def command(
    packet: Packet,
    near_miss: Annotated[
        str | None, typer.Option(help="What nearly happened, in a sentence; it is recorded.")
    ] = None,
    series: Annotated[
        list[str] | None,
        typer.Option(help="The values of that day for a trigger; may be repeated.", metavar="TRIGGER=FILE"),
    ] = None,
    took: Annotated[
        str | None, typer.Option(help="How long the mock rollback took, by a clock.", metavar="M:SS")
    ] = None,
    missing: Annotated[
        str, typer.Option(help="Three fields that the packet lacked.", metavar="FIELD,FIELD,FIELD")
    ] = "",
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Talk a near-miss through: run PACKET's triggers on it, time a mock rollback, name three fields it lacked.

    It counts as a rehearsal of PACKET. What is not given is asked at the terminal, in one sitting; ^C gives the line
    that goes on with what was answered.
    """

    def work() -> Answer:
        from govern.operations.drills.tabletop import tried
        from govern.operations.looking_back import reading

        where = context(actor=actor, workspace=workspace)
        there = reading(where, fetch=not (dry_run or offline))
        files, measured = _files(series or ()), _seconds(took)
        on = tried(there, packet, files)
        _require_known(files, on)
        table = _Table(there, output == "text" and interactive())
        try:
            command, lines = _talked_through(table, there, packet, on, (near_miss, measured, missing))
            answer = write(
                NAME, where, lambda _: command, dry_run=dry_run, offline=offline, shown=lambda _: lines
            )
        except (KeyboardInterrupt, EOFError):
            print()  # below the line of the question
            said = wrapped("nothing was recorded; the line to type holds what was answered")
            return Answer(NAME, tuple(said), ExitCode.INTERRUPTED, "interrupted", ("type", frame.same_line()))
        return _judged(answer, command, packet)

    raise typer.Exit(show(NAME, work, output))


def _talked_through(
    table: "_Table",
    there: "Workspace",
    packet: str,
    on: "Sequence[Tried]",
    given: tuple[str | None, int | None, str],
) -> tuple[HoldTabletop, Sequence[str]]:
    """The four parts, each given or asked for: the command that records them, and what is shown with it."""
    from govern.operations.asking import rehearse_packet
    from govern.operations.drills.tabletop import lacking, require_lacking
    from govern.report import tabletop as words

    near_miss, measured, missing = given
    offered = {field.name: field for field in lacking(there, packet)}
    told = table.sentence(near_miss)
    table.say([words.head(2), *words.trigger_lines(on)])
    seconds = table.mock_rollback(packet, measured)
    walked = rehearse_packet(there, packet)
    spent = walked.seconds if seconds is None else float(seconds)
    back = words.back_lines(walked, spent)
    table.say([*back, words.head(4), *words.field_lines(list(offered.values()))])
    fields = table.fields(missing, offered, lambda names: require_lacking(there, packet, names))
    above = () if table.asks else (*words.trigger_lines(on), *back)
    lines = (*above, *words.template_lines(offered, fields, there.state.folder))
    return HoldTabletop(packet, told, walked.same, spent, fields), lines


class _Table:
    """Where what was not given is asked, with the clock running; without a terminal everything is given.

    It is one sitting and nothing is kept: each answer becomes an option of the line to type again.
    """

    def __init__(self, there: "Workspace", asks: bool) -> None:
        from govern.operations.drills.clock import Simulated

        self.asks = asks
        self.clock: Clock = Simulated(there.now()) if there.simulated else WallClock()
        self.began = self.clock.now()
        self.terminal = Terminal()

    def say(self, lines: Sequence[str]) -> None:
        if self.asks:
            say(lines)

    def ask(self, text: str) -> str:
        from govern.operations.drills.clock import seconds_between
        from govern.report.drill_run import clocked

        return self.terminal.ask(text, lambda: clocked(seconds_between(self.began, self.clock.now()))).strip()

    def sentence(self, given: str | None) -> str:
        from govern.report.tabletop import head

        self.say([f"{head(1)}   thirty minutes in one sitting; nothing is bound"])
        return self._until(given, " what nearly happened", lambda text: text, "--near-miss", "SENTENCE")

    def mock_rollback(self, packet: str, measured: int | None) -> int | None:
        """Seconds from the trigger until everybody would be back; None where nobody measured."""
        from govern.operations.drills.clock import seconds_between
        from govern.report.drill_run import clocked
        from govern.report.tabletop import head

        if measured is not None or not self.asks:
            return measured
        self.say([f"{head(3)}   who is called, and what is typed?", f" govern rollback plan {packet}"])
        self.ask(" the trigger fires: Enter when the clock runs")
        fired = self.clock.now()
        self.ask(" Enter when everybody would be served the baseline again")
        seconds = seconds_between(fired, self.clock.now())
        frame.typed += ["--took", clocked(seconds)]
        return seconds

    def fields(
        self, given: str, offered: "dict[str, Field]", require: Callable[[Sequence[str]], None]
    ) -> tuple[str, ...]:
        def read(text: str) -> tuple[str, ...]:
            require(names := _three(text))
            return names

        first = ",".join((*offered, *("FIELD",) * FIELDS)[:FIELDS])
        return self._until(given or None, " three that were missing", read, "--missing", first)

    def _until(
        self, given: str | None, question: str, read: Callable[[str], T], option: str, example: str
    ) -> T:
        """What was given, or what is typed until it can be read."""
        if given is not None or not self.asks:
            if not given:
                raise UsageError(
                    "without a terminal everything is given as an option", type_line=f"{option} {example}"
                )
            return read(given)
        while True:
            typed = self.ask(question)
            try:
                answer = read(typed) if typed else None
            except UsageError as error:
                say(wrapped(error.message, "  "))
                continue
            if answer is not None:
                frame.typed += [option, typed]
                return answer


def _three(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(listed(text)))
    if len(names) != FIELDS or not all(map(NAMED.fullmatch, names)):
        raise UsageError(f"three fields of a packet, with commas: not `{text}`")
    return names


def _seconds(took: str | None) -> int | None:
    if took is None:
        return None
    found = TOOK.fullmatch(took)
    if found is None:
        raise UsageError(f"--took is minutes and seconds, not `{took}`", type_line="--took 4:20")
    return 60 * int(found[1]) + int(found[2])


def _files(series: Sequence[str]) -> dict[str, Path]:
    found = {}
    for text in series:
        trigger, equals, file = text.partition("=")
        if not (trigger and equals and file):
            raise UsageError(f"`{text}` is no TRIGGER=FILE", type_line="--series TRIGGER=FILE.csv")
        found[trigger] = Path(file)
    return found


def _require_known(files: dict[str, Path], tried: "Sequence[Tried]") -> None:
    from govern.domain.findings import nearest

    known = [each.trigger for each in tried]
    for name in files:
        if name not in known:
            close = nearest(name, known) or known[0]
            raise UsageError(
                f"the packet has no trigger `{name}`; there are: {', '.join(known)}",
                type_line=f"--series {close}={files[name]}",
            )


def _judged(answer: Answer, held: HoldTabletop, packet: str) -> Answer:
    """A way back that did not come back is recorded, and ends with a no."""
    if held.same or answer.verdict == "refused":
        return answer
    return replace(
        answer, exit=ExitCode.NO, verdict="failed", advice=("type", f"govern rollback rehearse {packet}")
    )
