"""A rollback whatever stands in the way: rivals, death at any step, a policy that changed, and a user at work."""

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from back import LEDGER, PACKET, PC, REASON, XR, Team, busy, copied, litter, make_team, where
from govern.domain.decision import Accepted, Refused
from govern.domain.rollout.pause import Pause
from govern.ledger.append import COMMIT_STEPS, PUBLISH_STEPS
from govern.operations.rollback.execute import WentBack, roll_back
from govern.operations.rollback.wanted import Wanted
from govern.operations.sync import sync
from operations.worlds import standing
from workspaces import Clone, git

LATER = "2026-11-17T03:00:00Z"
DIED = 77
LOCAL_STEPS = (*COMMIT_STEPS, PUBLISH_STEPS[0], PUBLISH_STEPS[3], PUBLISH_STEPS[4])
EVERYBODY = dict.fromkeys((*PC, *XR, "tv"), "chat-b2")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Team:
    return make_team(tmp_path_factory.mktemp("back") / "made")


@pytest.fixture
def team(made: Team, tmp_path: Path) -> Team:
    return copied(made, tmp_path)


def went(clone: Clone, *cohorts: str, **words: str) -> WentBack:
    """A rollback that is accepted."""
    back = roll_back(clone.context, Wanted(cohorts=cohorts, reason=REASON, **words))  # type: ignore[arg-type]
    assert isinstance(back.decision, Accepted), back.decision
    return back


# Whatever is the matter with the clone, the forge or the packet


def nothing(team: Team) -> None:
    """All is well."""


def paused(team: Team) -> None:
    team.mara.done(Pause(PACKET, "the dashboard is down"))


def frozen(team: Team) -> None:
    went(team.mara, "tv")


def detached(team: Team) -> None:
    git(team.jo.directory, "switch", "--quiet", "--detach")


def merging(team: Team) -> None:
    """A merge with a conflict in progress."""
    there = team.jo.directory
    (there / "file").write_text("1")
    git(there, "add", "file")
    git(there, "commit", "--quiet", "--message=One")
    git(there, "switch", "--quiet", "--create", "other", "HEAD~1")
    (there / "file").write_text("2")
    git(there, "add", "file")
    git(there, "commit", "--quiet", "--message=Two")
    subprocess.run(["git", "merge", "--quiet", "main"], cwd=there, capture_output=True, check=False)


def no_documents(team: Team) -> None:
    """The documents branch is gone from the forge."""
    git(team.forge, "symbolic-ref", "HEAD", f"refs/heads/{LEDGER}")
    git(team.forge, "update-ref", "-d", "refs/heads/main")


MATTERS = {
    "nothing": nothing, "every document is garbage": litter, "a paused packet": paused, "a freeze": frozen,
    "a detached HEAD": detached, "a merge in progress": merging, "no documents branch": no_documents,
}  # fmt: skip


@pytest.mark.parametrize("matter", MATTERS.values(), ids=MATTERS)
def test_cohorts_are_back_and_published_whatever_is_the_matter(
    team: Team, matter: Callable[[Team], None]
) -> None:
    matter(team)
    jo = team.jo
    if matter is not merging:
        busy(jo.directory)
    user = standing(jo)
    back = went(jo, *XR, packet=PACKET)
    assert back.published and standing(jo) == user
    now = where(jo)
    assert {cohort: now[cohort] for cohort in XR} == dict.fromkeys(XR, "chat-b1")
    assert {cohort: now[cohort] for cohort in PC} == dict.fromkeys(PC, "chat-b2")
    changed = git(jo.directory, "show", "--name-only", "--format=", back.recorded or "").splitlines()
    assert "serving/bindings.json" in changed
    served = json.loads(git(jo.directory, "show", f"{back.recorded}:serving/bindings.json"))
    assert {served["surfaces"]["chat"]["cohorts"][cohort]["to"] for cohort in XR} == {"chat-b1"}
    if matter is not no_documents:
        assert team.faults() == []


def test_target_that_is_named_is_recorded_and_never_leads_forward(team: Team) -> None:
    back = went(team.jo, "tv", to="chat-b1")
    assert back.records[0].body["to"] == "chat-b1"
    assert (back.records[0].asked or {})["to"] == "chat-b1" and team.faults() == []
    forward = roll_back(team.jo.context, Wanted(cohorts=("xr-na",), reason=REASON, to="chat-b2"))
    assert isinstance(forward.decision, Refused) and where(team.jo)["xr-na"] == "chat-b2"


def test_incident_never_begins_before_the_cohort_was_bound(team: Team) -> None:
    back = went(team.jo, "tv", since="2026-11-01T00:00:00Z")
    assert back.records[0].body["range"]["since"] == "2026-11-16T10:00:00Z"


def test_attributes_match_as_they_are_now_or_were_at_the_binding(team: Team) -> None:
    editor = team.clone("ana", name="editor").directory
    path = editor / "governance" / "cohorts.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace('America", platform: pc', 'America", platform: xr'), "utf-8")
    git(editor, "commit", "--quiet", "--all", "--message=Re-tag")
    git(editor, "push", "--quiet", "origin", "HEAD:main")
    for platform, expected in (("xr", ["pc-na", *XR]), ("pc", [*PC])):
        plan = roll_back(team.jo.context, Wanted(where={"platform": platform}, reason=REASON), dry_run=True)
        assert isinstance(plan.decision, Accepted)
        assert plan.decision.events[0].body["cohorts"] == sorted(expected)


# Rivals


RACE = (
    "import sys; from pathlib import Path; from workspaces import Clone; from back import NOW, REASON;"
    "from govern.operations.rollback.execute import roll_back; from govern.operations.rollback.wanted import Wanted;"
    "w = roll_back(Clone(Path(sys.argv[1]), now=NOW).context, Wanted(cohorts=('xr-eu', 'xr-na'), reason=REASON));"
    "print(w.recorded and 'recorded' or w.decision.reasons[0]); print(w.published); print(*w.said)"
)


@pytest.mark.parametrize("places", [("jo", "jo"), ("jo", "mara")], ids=["one clone", "two clones"])
def test_two_at_once_move_the_binding_once_and_the_other_is_told(team: Team, places: tuple[str, str]) -> None:
    tests = Path(__file__).parents[1]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent / "src")])}
    rivals = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, team.clone(place).directory],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for place in places
    ]
    said = []
    for rival in rivals:
        out, err = rival.communicate(timeout=120)
        assert rival.returncode == 0, err
        said.append(out)
    there = team.clone("ana", name="auditor").workspace().history
    back = [
        records for commit in there.commits for records in commit.records if records.event == "rolled_back/1"
    ]
    assert len(back) == 1
    assert sum("already back" in text for text in said) == 1, said
    assert team.on() == EVERYBODY | dict.fromkeys(XR, "chat-b1")
    assert team.faults() == []


# Death


def die_at(clone: Clone, step: str, cohorts: tuple[str, ...]) -> None:
    """The rollback in a process of its own that ends, without a word, when the step has been done."""

    def fault(done: str) -> None:
        if done == step:
            os._exit(DIED)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads that the child never needs
        child = os.fork()
    if child == 0:
        try:
            roll_back(clone.context, Wanted(cohorts=cohorts, reason=REASON), fault=fault)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == DIED


@pytest.mark.parametrize("diverged", [False, True], ids=["alone", "after a rival"])
@pytest.mark.parametrize("step", [*LOCAL_STEPS, "4 pushed", "5 tracking ref moved"])
def test_binding_is_as_before_or_as_after_and_never_lost_once_recorded(
    team: Team, step: str, diverged: bool
) -> None:
    jo = team.jo
    if diverged:  # a tail that must be decided again
        team.offline()
        went(jo, "pc-eu")
        team.online()
        went(team.mara, "tv")
    busy(jo.directory)
    user = standing(jo)
    die_at(jo, step, XR)
    assert standing(jo) == user
    recorded = (
        LOCAL_STEPS.index(step) >= LOCAL_STEPS.index("6 local ref moved") if step in LOCAL_STEPS else True
    )
    there = where(jo)
    assert {there[cohort] for cohort in XR} == {"chat-b1" if recorded else "chat-b2"}
    sync(jo.context)
    assert standing(jo) == user
    expected = EVERYBODY | (dict.fromkeys(XR, "chat-b1") if recorded else {})
    assert team.on() == (expected | {"pc-eu": "chat-b1", "tv": "chat-b1"} if diverged else expected)
    again = roll_back(jo.context, Wanted(cohorts=XR, reason=REASON))
    assert isinstance(again.decision, Refused) == recorded
    assert {team.on()[cohort] for cohort in XR} == {"chat-b1"}
    assert team.faults() == []
