"""A night on call: one terminal at which a trigger is watched, on a clock that nobody waits for."""

from collections.abc import Callable, Iterator

import pytest

from back import PACKET, Team
from govern.cli import trigger_watch
from govern.domain.policy_change import AdoptPolicy, ApprovePolicy
from typed import Ended, Keyboard
from workspaces import git

Step = Callable[[], None]


class Night:
    """Jo's terminal, on which each pause of the watch is one step of the story; after the last one comes Ctrl-C."""

    def __init__(self, team: Team, typed: Keyboard) -> None:
        self.team, self.typed = team, typed
        self.steps: Iterator[Step] = iter(())
        self.paused: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.paused.append(seconds)
        step = next(self.steps, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    def clock(self, hour: int, minute: int = 0) -> None:
        self.typed.monkeypatch.setenv("GOVERN_NOW", f"2026-11-17T{hour:02}:{minute:02}:00Z")

    def rates(self, *values: float, first: int = 0) -> None:
        """Hours of xr-na from midnight on."""
        rows = [f"2026-11-17T{hour:02}:00:00Z,xr-na,{value}" for hour, value in enumerate(values, first)]
        (self.typed.directory / "rates.csv").write_text(
            "\n".join(["timestamp,cohort_key,value", *rows]), "utf-8"
        )

    def watch(self, *steps: Step, more: tuple[str, ...] = (), packet: str = PACKET) -> Ended:
        self.steps = iter(steps)
        words = ("trigger", "evaluate", packet, "--watch", "--series", "rates.csv", *more)
        return self.typed(*words, now="2026-11-17T02:00:30Z")


def at_night(team: Team, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Night:
    found = Night(team, Keyboard(team.jo.directory, capsys, monkeypatch))
    monkeypatch.setattr(trigger_watch, "sleep", found.sleep)
    return found


def hire(team: Team, holders: str) -> None:
    """A new policy in which a program may go back."""
    mara = team.clone("mara", "2026-11-17T01:00:00Z")
    path = mara.directory / "governance/govern.yaml"
    text = path.read_text("utf-8").replace(
        "people:\n", "people:\n  bot: {email: bot@example.com, kind: automation}\n"
    )
    text = text.replace("rollback_execute: [jo, mara]", f"rollback_execute: {holders}")
    path.write_text(text.replace("epoch: 1", "epoch: 2"), "utf-8")
    git(mara.directory, "commit", "--quiet", "--all", "--message=A program that may go back")
    git(mara.directory, "push", "--quiet", "origin", "main")
    team.clone("ana", "2026-11-17T01:00:00Z").done(ApprovePolicy())
    mara.done(AdoptPolicy())
