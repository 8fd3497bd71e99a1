"""One process of a race: `rival.py DIRECTORY NAME ROUNDS` records facts; `rival.py DIRECTORY NAME advance` a border.

Every rival is the same person in the same second. What was acknowledged is printed, one commit a line; a refusal
as `no: REASON`.
"""

import sys
from pathlib import Path

from govern.domain.commands import Command
from govern.domain.decision import Refused
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.explanation import Explain
from govern.domain.rollout.pause import Pause, Resume
from govern.domain.rollout.rehearsing import HoldRehearsal
from govern.errors import GovernError
from govern.operations.context import Context
from govern.operations.decide import run
from govern.operations.evidence.explaining import command_for
from operations.worlds import CANARY, PACKET
from workspaces import Clone

NOW = "2026-11-20T10:00:00Z"


def commands(clone: Clone, name: str, word: str) -> list[Command]:
    if word == "advance":
        return [Advance(PACKET)]
    if word == "advance --to":
        return [CANARY]
    given = command_for(clone.workspace(), PACKET, "public", None, "refusal", f"{name} looked at it again")
    facts = [HoldRehearsal(PACKET, same=True, seconds=1.0), given, Pause(PACKET, name), Resume(PACKET)]
    assert isinstance(given, Explain)
    return [facts[number % len(facts)] for number in range(int(word))]


def main(directory: str, name: str, word: str) -> int:
    clone = Clone(Path(directory), now=NOW, clock="real")
    context = Context(directory=clone.directory, now=NOW, patience=600)
    for command in commands(clone, name, word):
        outcome = run(context, lambda _, asked=command: asked)
        if isinstance(outcome.decision, Refused):
            print(f"no: {outcome.decision.reasons[0]}", flush=True)
        else:
            print(f"{outcome.records[0].command} {outcome.oid} {len(outcome.records)}", flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except GovernError as error:
        sys.exit(error.message)
