"""Where a page begins: `<!-- run from NAME -->` on its first line names one of these.

Each makes `team.git` and a clone for everybody who types on the page, with a ledger as far as the page wants it.
"""

import re
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from decision_logs import COLUMNS, write_csv
from docs.console import Terminals, environment
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.advance import Advance
from govern.operations.evidence.explaining import command_for
from govern.operations.evidence.measure import measure_shadow
from govern.operations.rollback import relabel
from served import served, serving
from workspaces import EXAMPLES, Clone, another_clone, git, open_ledger, opened, repository

SIGNAL = "fallback-route-persistence"


def nothing(directory: Path) -> None:
    """An empty folder."""


def prompt_in_shadow(directory: Path) -> None:
    """Ana's prompt change, which Ben has advanced to shadow."""
    bare = directory / "team.git"
    opened(directory / "ana", "prompt-change", bare=bare)
    ben = another_clone(bare, directory / "ben", "ben")
    _into_shadow(ben, "no-system-prompt", "prompt-change/data/pairs.csv")


def prompt_in_canary(directory: Path) -> None:
    """Ana's prompt change, which Ben has advanced to canary."""
    prompt_in_shadow(directory)
    ben = Clone(directory / "ben", "ben")
    ben.done(
        command_for(ben.workspace(), "no-system-prompt", "public", None, "refusal", "answers, then refuses")
    )
    ben.at("2026-11-20T10:00:00Z").done(Advance("no-system-prompt", "canary"))


def prompt_that_decides(directory: Path) -> None:
    """The same in canary, with the decisions of an hour in the log of Ben's clone."""
    prompt_in_canary(directory)
    ben = Clone(directory / "ben", "ben")
    units = [f"u{number}" for number in range(200)]
    rows = served(serving(ben), "chat", ["public", None], "2026-11-20T12:00:00Z", units)
    write_csv(ben.directory / "logs/decisions-2026-11-20.csv", rows)


def prompt_that_decides_for_days(directory: Path) -> None:
    """The same in canary, with the decisions of three days, a few of which break the policy."""
    prompt_in_canary(directory)
    ben = Clone(directory / "ben", "ben")
    resolver = serving(ben)
    rows = []
    for day in ("2026-11-21", "2026-11-22", "2026-11-23"):
        units = [f"{day}-{number}" for number in range(3000)]
        rows += served(resolver, "chat", ["public"], f"{day}T12:00:00Z", units)
    for number, row in enumerate(rows):
        row |= {"policy_pass": number % 97 != 0, "latency_ms": 200 + number % 60, "thumbs": number % 5 != 0}
    write_csv(ben.directory / "logs/decisions-2026-11.csv", rows, (*COLUMNS, "latency_ms", "thumbs"))


def prompt_rolled_back(directory: Path) -> None:
    """Ana's prompt change, taken back by Ben on the day after it went into canary; promotions are frozen."""
    prompt_in_canary(directory)
    ben = Clone(directory / "ben", "ben")
    note = "users of the canary got refusals"
    ben.at("2026-11-21T09:00:00Z").done(Rollback("no-system-prompt", "operator-judgement", note=note))


def model_in_shadow(directory: Path) -> None:
    """A change of model, in shadow and measured; Mara approves, Kim reviews."""
    bare = directory / "team.git"
    mara = opened(directory / "mara", "model-change", bare=bare)
    another_clone(bare, directory / "kim", "kim")
    _into_shadow(mara, "gpt35-june", "model-change/data/pairs-gpt35.csv")


def model_in_mitigation(directory: Path) -> None:
    """The same in canary for those who gain, of whom Mara took `sensitive_jailbreak` back on Monday.

    Its lane is held to one replay pack and to a signal; what was decided meanwhile is relabelled.
    """
    bare = directory / "team.git"
    mara = opened(directory / "mara", "model-change", bare=bare)
    _hold_lanes(mara)
    for name in ("kim", "lee"):
        another_clone(bare, directory / name, name)
    _into_shadow(mara, "gpt35-june", "model-change/data/pairs-gpt35.csv")
    gain = ("opinion_survey", "prime", "sensitive_jailbreak")
    for cohort in gain[:2]:
        mara.done(command_for(mara.workspace(), "gpt35-june", cohort, None, "format", "answers in prose"))
    mara.at("2026-11-20T10:00:00Z").done(Advance("gpt35-june", "canary", only=gain))
    rows = served(serving(mara), "answers", gain, "2026-11-22T12:00:00Z", ["u1", "u2"])
    note = "it answers what it should decline"
    mara = mara.at("2026-11-23T08:00:00Z")
    mara.done(Rollback("gpt35-june", "operator-judgement", ("sensitive_jailbreak",), note=note))
    rows += served(serving(mara), "answers", gain, "2026-11-23T08:30:00Z")
    log = write_csv(mara.directory / "logs/decisions-2026-11.csv", rows)
    mara = mara.at("2026-11-23T08:40:00Z")
    for step in (relabel.mark, relabel.prove):
        with relabel.opened(mara.workspace(), str(log)) as there:
            (back,) = relabel.meant(there.workspace, "gpt35-june")
            command = step(there, back).command
        assert command is not None
        mara.done(command)


def _hold_lanes(clone: Clone) -> None:
    """Criteria that name a pack and a signal, merged before anything is frozen, and a packet that needs no drill."""
    folder = clone.directory / "governance"
    criteria = folder / "criteria/minimum.yaml"
    text = criteria.read_text("utf-8")
    rule = "no_critical_route_mismatch"
    text = text.replace(f"{rule}}}", f"{rule}, replay_set: replays/required.yaml}}")
    criteria.write_text(f"{text}signals: [{SIGNAL}]\n", "utf-8")
    packet = folder / "packets/gpt35-june.yaml"
    packet.write_text(packet.read_text("utf-8").replace("[policy-dislocation, ", "["), "utf-8")
    shutil.copy(EXAMPLES / f"team/governance/kpis/{SIGNAL}.yaml", folder / "kpis")
    (clone.directory / "replays").mkdir()
    (clone.directory / "replays/required.yaml").write_text("packs: [jailbreaks]\n", "utf-8")
    git(clone.directory, "add", "--all")
    git(clone.directory, "commit", "--quiet", "--message=Hold lanes to a pack and a signal")
    git(clone.directory, "push", "--quiet")


def team_that_drills(directory: Path) -> None:
    """The larger team: its ranking stands on prev of a packet that is in shadow; nothing was drilled yet."""
    bare = directory / "team.git"
    mara = repository(directory / "mara", "team", bare=bare).at("2026-11-16T09:00:00Z")
    workspace = mara.directory / "governance" / "govern.yaml"
    text = workspace.read_text("utf-8").replace("baseline: ranking-b5 ", "baseline: ranking-b6 ")
    workspace.write_text(text, "utf-8")
    git(mara.directory, "commit", "-q", "-a", "-m", "Begin on ranking-b6")
    git(mara.directory, "push", "-q")
    open_ledger(mara)
    mara.done(Advance("ranker-v12", "shadow", rehearsal={"same": True, "seconds": 0.1}))
    another_clone(bare, directory / "jo", "jo")


def _into_shadow(approver: Clone, packet: str, pairs: str) -> None:
    approver.done(Advance(packet, "shadow", rehearsal={"same": True, "seconds": 0.1}))
    there = approver.workspace()
    approver.done(measure_shadow(there, packet, EXAMPLES / pairs, there.actor()).command())


STARTS: Mapping[str, Callable[[Path], None]] = {
    "nothing": nothing,
    "a prompt in shadow": prompt_in_shadow,
    "a prompt in canary": prompt_in_canary,
    "a prompt that decides": prompt_that_decides,
    "a prompt that decides for days": prompt_that_decides_for_days,
    "a prompt rolled back": prompt_rolled_back,
    "a model in shadow": model_in_shadow,
    "a team that drills": team_that_drills,
    "a model in mitigation": model_in_mitigation,
}
BEGINS = re.compile(r"<!-- run from ([a-z ]+) -->")


def begun(text: str, directory: Path) -> Terminals:
    """Terminals in the workspace in which the page begins."""
    begins = BEGINS.match(text)
    assert begins is not None, "the page does not say where it begins"
    folder = directory / "folder"
    folder.mkdir()
    STARTS[begins[1]](folder)
    example = str(EXAMPLES / "prompt-change")
    return Terminals(folder, environment(directory / "home", Path(sys.executable).parent, EXAMPLE=example))
