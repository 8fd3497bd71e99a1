"""The same workspace, read at another tip of its ledger."""

from dataclasses import replace

from govern.domain.fold import fold
from govern.ledger.history import read_history
from govern.operations.judging import void_commands
from govern.operations.workspace import Workspace


def at_tip(workspace: Workspace, tip: str) -> Workspace:
    """What is in force at `tip`, every command decided again; the documents stay those that were read."""
    there = replace(workspace, history=read_history(workspace.repository, tip))
    commands = there.sound_commands()
    there.state = fold(
        (records for _, records in commands), void=void_commands(there.answers, there.inputs, commands)
    )
    return there
