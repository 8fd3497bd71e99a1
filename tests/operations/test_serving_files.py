"""`serving/flags.json` beside the datafile: what it says at each step, served by flagd's own provider out of the file,
and that an audit misses no file that a binding or the policy should have changed."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from openfeature import api
from openfeature.contrib.provider.flagd import FlagdProvider
from openfeature.contrib.provider.flagd.config import ResolverType
from openfeature.evaluation_context import EvaluationContext

from govern.domain.binding import datafile
from govern.domain.commands import Command
from govern.domain.policy_change import AdoptPolicy, ApprovePolicy
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.extension import Extend
from govern.domain.rollout.waiver import AcceptRisk
from govern.ledger.append import commit, publish
from govern.operations.audit import audit
from govern.operations.decide import made, take
from govern.operations.serve import BINDINGS, FLAGS, bytes_of
from govern.operations.workspace import Workspace
from govern.serving.flagd import check_flags
from operations.worlds import PACKET, on_a_quiet_machine
from workspaces import Clone, git, open_ledger, repository

LEDGER = "govern-ledger"
WORKSPACE = "governance/govern.yaml"
ELSEWHERE = {"baseline": "what the application falls back to"}
LAST = "2026-11-20T11:00:00Z"
SPLIT = (
    Advance(PACKET, "shadow", rehearsal={"same": True, "seconds": 0.1}),
    AcceptRisk(PACKET, "nothing to pair with", "2026-11-29T00:00:00Z"),
    Advance(PACKET, "canary"),
)
WHOLE = Extend(PACKET, percent=100)
BACK = Rollback(PACKET, "operator-judgement")


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A surface that flagd serves, 5 percent of its one cohort on next: a folder to copy."""
    folder = tmp_path_factory.mktemp("served")
    with on_a_quiet_machine(folder / "home"):
        ana = repository(folder / "team")
        told(ana, "serving: [datafile]", "serving: [datafile, flagd]")
        open_ledger(ana)
        done(ana.acting("ben"), *SPLIT)
    yield folder / "team"


@pytest.fixture
def ben(served: Path, tmp_path: Path) -> Clone:
    return Clone(Path(shutil.copytree(served, tmp_path / "team")), "ben", "2026-11-20T10:00:00Z")


def told(clone: Clone, old: str, new: str) -> None:
    """govern.yaml says something else, on main."""
    file = clone.directory / WORKSPACE
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    git(clone.directory, "commit", "--quiet", "--all", "--message=Edit")


def done(clone: Clone, *commands: Command) -> None:
    for command in commands:
        clone.done(command)


def kept(clone: Clone, path: str = FLAGS, at: str = LEDGER) -> Any:
    return json.loads(git(clone.directory, "show", f"{at}:{path}"))


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Callable[[Mapping[str, Any], str | None], str]]:
    """What an application is served that runs flagd's provider on a file with these flags."""
    file = tmp_path / "flags.json"

    def asked(flags: Mapping[str, Any], cohort: str | None) -> str:
        file.write_text(json.dumps(flags), "utf-8")
        provider = FlagdProvider(resolver_type=ResolverType.FILE, offline_flag_source_path=str(file))
        api.set_provider_and_wait(provider)
        context = EvaluationContext("u1", {"cohort_key": cohort} if cohort else {})
        details = api.get_client().get_object_details("chat", ELSEWHERE, context)
        assert isinstance(details.value, Mapping)
        return str(details.error_code.value if details.error_code else details.value["baseline"])

    yield asked
    api.clear_providers()
    api.shutdown()


NEXT, PREV = {"public": "chat-b2", None: "chat-b1"}, {"public": "chat-b1", None: "chat-b1"}
GONE = dict.fromkeys(("public", None), "FLAG_NOT_FOUND")
STEPS: dict[str, tuple[tuple[Command, ...], dict[str | None, str]]] = {
    "a cohort is split": ((), GONE),
    "the whole cohort is on next": ((WHOLE,), NEXT),
    "it went back": ((WHOLE, BACK), PREV),
    "it went back out of the split": ((BACK,), PREV),
}


@pytest.mark.parametrize(("commands", "wanted"), STEPS.values(), ids=STEPS.keys())
def test_flags_serve_what_is_bound_or_nothing_at_all(
    ben: Clone,
    ask: Callable[[Mapping[str, Any], str | None], str],
    commands: tuple[Command, ...],
    wanted: dict[str | None, str],
) -> None:
    done(ben, *commands)
    flags, bound = kept(ben), kept(ben, BINDINGS)
    assert {cohort: ask(flags, cohort) for cohort in wanted} == wanted
    assert flags["metadata"]["version"] == str(bound["n"])
    if wanted is GONE:
        assert flags["flags"] == {} and flags["metadata"]["left_out"] == "chat"
    else:
        assert check_flags(flags, bound) == [] and "left_out" not in flags["metadata"]
    assert ben.at(LAST).audited() == []


def test_opening_writes_flags_for_the_default(ben: Clone) -> None:
    first = git(ben.directory, "rev-list", "--max-parents=0", LEDGER)
    flags = kept(ben, at=first)["flags"]
    assert flags["chat"]["defaultVariant"] == "chat-b1" and "targeting" not in flags["chat"]


def test_policy_that_takes_a_surface_from_flagd_takes_its_flag_away(ben: Clone) -> None:
    """Else an application would go on with a flag that no rollback reaches."""
    done(ben, WHOLE)
    assert list(kept(ben)["flags"]) == ["chat"]
    told(ben, "serving: [datafile, flagd]", "serving: [datafile]")
    told(ben, "epoch: 1", "epoch: 2")
    before = kept(ben, BINDINGS)
    done(ben.acting("ana"), ApprovePolicy(), AdoptPolicy())
    assert kept(ben)["flags"] == {} and kept(ben, BINDINGS) == before
    assert ben.at(LAST).audited() == []


# What somebody with the right to push could do to the files.


def put(there: Workspace, files: Mapping[str, bytes]) -> None:
    oid = commit(there.repository, there.tip, files, "forged", ("Ben", "ben@example.com"), LAST)
    assert publish(there.repository, oid, there.tip).outcome in ("local", "published")


def other_variant(ben: Clone) -> None:
    flags = kept(ben)
    flags["flags"]["chat"]["defaultVariant"] = "chat-b2"
    put(ben.workspace(), {FLAGS: json.dumps(flags).encode()})


def reformatted(ben: Clone) -> None:
    put(ben.workspace(), {FLAGS: json.dumps(kept(ben), indent=2).encode()})


def of_an_earlier_commit(ben: Clone) -> None:
    there = ben.workspace()
    old = there.repository.tree(git(ben.directory, "rev-parse", f"{LEDGER}~1")).read(FLAGS)
    assert old is not None
    put(there, {FLAGS: old})


def another_name(ben: Clone) -> None:
    put(ben.workspace(), {"serving/others.json": bytes_of(FLAGS, ben.workspace().state) or b""})


def left_behind(ben: Clone, *paths: str) -> None:
    """A sound rollback, whose commit brings only some of the files."""
    there = ben.workspace()
    _, stamped = take(there, BACK)
    assert stamped is not None
    whole = there.repository.tree(made(there, stamped, ("Ben", "ben@example.com")))
    put(there, {**stamped.files, **{path: whole.read(path) or b"" for path in paths}})


ATTACKS: dict[str, tuple[Callable[[Clone], None], list[str]]] = {
    "flags that say something else": (other_variant, [FLAGS]),
    "the same flags in other bytes": (reformatted, [FLAGS]),
    "the flags of an earlier commit": (of_an_earlier_commit, [FLAGS]),
    "a file that no command writes": (another_name, ["serving/others.json"]),
    "a rollback without its flags": (lambda ben: left_behind(ben, BINDINGS), [f"records/packets/{PACKET}"]),
    "a rollback without its datafile": (lambda ben: left_behind(ben, FLAGS), [f"records/packets/{PACKET}"]),
    "a rollback without either": (left_behind, [f"records/packets/{PACKET}"] * 2),
}


@pytest.mark.parametrize(("attack", "places"), ATTACKS.values(), ids=ATTACKS.keys())
def test_altered_serving_file_is_found(
    ben: Clone, attack: Callable[[Clone], None], places: list[str]
) -> None:
    done(ben, WHOLE)
    attack(ben.at(LAST))
    found = audit(ben.at(LAST).workspace(judge=False)).findings
    assert [finding.code for finding in found] == ["GOV-AUD-021"] * len(places)
    assert all(finding.path.startswith(place) for finding, place in zip(found, places, strict=True))


def test_next_binding_writes_the_true_flags_again(ben: Clone) -> None:
    done(ben, WHOLE)
    other_variant(ben.at(LAST))
    done(ben.at(LAST), BACK)
    state = ben.at(LAST).workspace().state
    assert check_flags(kept(ben), datafile(state)) == []
    assert ben.at(LAST).audited() == ["GOV-AUD-021"]
