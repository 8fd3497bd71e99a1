"""A week of honest work, however pull requests land on main: no record is void, and nobody is accused of anything."""

import pytest

from govern.domain.binding import current
from govern.domain.commands import Command
from govern.domain.policy_change import AdoptPolicy, ApprovePolicy
from govern.domain.rollout.change_control import ApplyChange, OpenChange
from govern.domain.rollout.extension import Extend
from govern.domain.rollout.pause import Pause, Resume
from govern.domain.rollout.rehearsing import HoldRehearsal
from govern.operations.audit import audit
from govern.operations.review.check import Question, check
from govern.operations.status import status_of
from operations.forge import MODES, Edits, Forge
from operations.worlds import CANARY, PACKET, SHADOW, World, found, measure
from workspaces import Clone, git

COHORTS = "governance/cohorts.yaml"
POLICY = "governance/govern.yaml"
PACKET_FILE = f"governance/packets/{PACKET}.yaml"
KPI = "governance/kpis/policy-flip-rate.yaml"
TIGHTER = {"document": "kpis/policy-flip-rate", "field": "bands.warning.above", "value": 1.5}
END = "2026-11-28T00:00:00Z"


class Week:
    """Two people and a third who lands things; `at` is said as `tue 10:30`."""

    def __init__(self, world: World, mode: str) -> None:
        self.world = world
        self.forge = Forge(world, MODES[mode])

    def at(self, when: str) -> str:
        day, time = when.split()
        return f"2026-11-{23 + ('mon', 'tue', 'wed', 'thu', 'fri').index(day)}T{time}:00Z"

    def as_(self, person: str, when: str) -> Clone:
        return self.world.clone(person).at(self.at(when))

    def do(self, person: str, when: str, command: Command) -> None:
        self.as_(person, when).done(command)

    def land(self, person: str, when: str, *edits: Edits) -> tuple[str, str]:
        """A pull request with a commit for each of `edits`, checked as its author would, and landed at `when`."""
        hours = int(when[-5:-3])
        day = when.split()[0]
        steps = [(self.at(f"{day} {hours - 1:02d}:{10 * n:02d}"), edit) for n, edit in enumerate(edits)]
        branch = self.forge.propose(person, steps)
        author = self.as_(person, when)
        author.workspace()  # what was last fetched judges
        checked = check(author.context, Question("refs/remotes/origin/main", branch))
        assert [f for f in checked.findings if f.severity != "note"] == []
        return self.forge.merge(branch, self.at(when))


def monday(week: Week) -> tuple[str, str]:
    """A draft is mended in two commits, and goes to shadow."""
    typo: Edits = {PACKET_FILE: (("percent: 5", "percent: 50"),)}
    landed = week.land("ana", "mon 10:00", typo, {PACKET_FILE: (("percent: 50", "percent: 10"),)})
    week.do("ben", "mon 10:30", SHADOW)
    measure(week.world, week.at("mon 11:00"))
    return landed


def tuesday(week: Week) -> tuple[str, str]:
    """Two pull requests are open at once, and facts are recorded between their landings."""
    landed = week.land("ana", "tue 10:00", {POLICY: (("# who may hold", "# ask ana who may hold"),)})
    week.do("ben", "tue 10:30", HoldRehearsal(PACKET, same=True, seconds=2.0))
    beta: Edits = {COHORTS: (("critical: false}", "critical: false}\n  beta: {critical: false}"),)}
    logs: Edits = {POLICY: (("path: logs/decisions-*.csv", "path: logs/d-*.csv"),)}
    one = week.forge.propose("ana", [(week.at("tue 13:00"), beta)])
    two = week.forge.propose("ben", [(week.at("tue 13:05"), logs)])
    week.forge.merge(one, week.at("tue 15:00"))
    week.do("ben", "tue 15:10", Pause(PACKET, "who is in beta?"))
    week.forge.merge(two, week.at("tue 15:20"))
    week.do("ben", "tue 15:30", Resume(PACKET, "nobody yet"))
    return landed


def wednesday(week: Week, landed: tuple[str, str]) -> None:
    """The Revert button on a document; a frozen number changed in the open, and then written down on main."""
    week.forge.revert(landed, week.at("wed 09:00"))
    week.do("ana", "wed 09:30", OpenChange(PACKET, (TIGHTER,), "flips hurt more than we thought"))
    week.do("ben", "wed 10:00", ApplyChange(PACKET))
    week.land("ana", "wed 12:00", {KPI: (("warning: {above: 2}", "warning: {above: 1.5}"),)})
    week.do("ana", "wed 12:30", HoldRehearsal(PACKET, same=True, seconds=2.0))
    measure(week.world, week.at("wed 13:00"))


def thursday(week: Week) -> None:
    """A stricter policy is merged, approved and adopted."""
    epoch: Edits = {POLICY: (("epoch: 1\n", "epoch: 2\n"), ("pairs_per_cohort: 20", "pairs_per_cohort: 30"))}
    week.land("ben", "thu 10:00", epoch)
    week.do("ana", "thu 10:30", ApprovePolicy())
    week.do("ben", "thu 11:00", AdoptPolicy())


def friday(week: Week) -> None:
    week.do("ben", "fri 09:00", CANARY)
    week.land("ana", "fri 10:00", {COHORTS: (("beta: {", 'beta: {title: "Testers", '),)})
    week.do("ben", "fri 11:00", Extend(PACKET, percent=20))


# How many commits a pull request of two becomes, and the most parents that one of them has: the buttons do what
# they are called after, else the week would prove one mode six times.
SHAPES = {
    "direct": (2, 1),
    "merge commit": (3, 2),
    "squash": (1, 1),
    "rebase": (2, 1),
    "rebase queue": (2, 1),
    "merge queue": (3, 2),
}


def shape(world: World, landed: tuple[str, str]) -> tuple[int, int]:
    rows = git(world.forge, "rev-list", "--parents", f"{landed[0]}..{landed[1]}").splitlines()
    return len(rows), max(len(row.split()) - 1 for row in rows)


@pytest.mark.parametrize("mode", MODES)
def test_week_leaves_nothing_to_find_when_documents_land(opened: World, mode: str) -> None:
    week = Week(opened, mode)
    assert shape(opened, monday(week)) == SHAPES[mode]
    landed = tuesday(week)
    wednesday(week, landed)
    thursday(week)
    friday(week)
    assert found(opened.auditor(END)) == []
    there = opened.cleo.at(week.at("fri 12:00")).workspace()
    assert there.state.void == {}
    assert status_of(there).notes == []
    assert there.state.in_force.epoch == 2
    binding = current(there.state.surfaces["chat"], "public")
    assert (binding.to.baseline, binding.percent) == ("chat-b2", 20)


def test_warning_is_given_when_a_commit_lay_on_a_laptop_before_it_was_pushed(opened: World) -> None:
    """The date of an unprotected branch is its author's: decided meanwhile looks stale. It is no error for that."""
    opened.ben.at("2026-11-20T10:30:00Z").done(SHADOW)
    opened.edit({COHORTS: (("Everyone", "All"),)}, "2026-11-20T10:00:00Z")  # pushed at eleven
    (warning,) = audit(opened.auditor().workspace(judge=False)).findings
    assert (warning.code, warning.severity) == ("GOV-AUD-014", "warning")
