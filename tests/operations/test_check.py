"""What a pull request may change: values fixed by the ledger stay, whoever merges what; the rest is free."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from govern.domain.difference import ABSENT, Leaf, differences
from govern.domain.policy_change import AdoptPolicy, ApprovePolicy
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.change_control import ApplyChange, OpenChange
from govern.domain.rollout.pause import Withdraw
from govern.errors import GovernError, RepositoryError, UsageError
from govern.operations.explanations import codes
from govern.operations.review.check import Checked, Question, check
from pull_requests import KPI, NOW, PACKET, Branch, branch, shadowed
from workspaces import Clone, another_clone, be, git, isolated, opened

TRIGGER = "governance/triggers/policy-dislocation.yaml"
PACKET_FILE = f"governance/packets/{PACKET}.yaml"
BASELINE = "governance/baselines/answers-b1.yaml"
PROMPT = "prompts/answers.v1.md"
GOVERN = "governance/govern.yaml"
COHORTS = "governance/cohorts.yaml"

Found = list[tuple[str, str, str]]  # code, severity, path
Edit = Callable[[Branch], object]


@pytest.fixture(scope="session")
def model_change(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model-change")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in isolated(folder / "home").items():
            patch.setenv(name, value)
        shadowed(folder / "team")
    return folder / "team"


@pytest.fixture
def team(model_change: Path, tmp_path: Path) -> Clone:
    """A model change in shadow, without a remote: main is the published branch."""
    shutil.copytree(model_change, tmp_path / "team")
    return Clone(tmp_path / "team", "mara", NOW)


def checked(team: Clone, base: str = "main", **more: object) -> Checked:
    return check(team.context, Question(base, **more))  # type: ignore[arg-type]


def found(result: Checked) -> Found:
    return [(f.code, f.severity, f.path) for f in result.findings]


def frozen(path: str) -> Found:
    return [("GOV-FRZ-001", "error", path)]


def change(team: Clone, path: str, *texts: tuple[str, str]) -> Checked:
    """One commit on a branch, checked."""
    branch(team.directory).edit(path, *texts).commit()
    return checked(team)


def edit(path: str, *texts: tuple[str, str]) -> Edit:
    return lambda branch: branch.edit(path, *texts)


def write(path: str, text: str = "x") -> Edit:
    return lambda branch: branch.write(path, text)


def delete(path: str) -> Edit:
    return lambda branch: (branch.root / path).unlink()


FREE: dict[str, tuple[Edit, ...]] = {
    "a comment": (edit(KPI, ("# next minus prev", "# next less prev")),),
    "another spelling of the number": (edit(KPI, ("below: -3", "below: -3.0")),),
    "another order": (edit(KPI, ("tier: quality\n", ""), ("owner: kim", "owner: kim\ntier: quality")),),
    "a baseline's checklist": (edit(BASELINE, ("2026-11-09", "2026-11-19")),),
    "a packet in draft": (edit("governance/packets/gpt4-june.yaml", ("percent: 10", "percent: 20")),),
    "a person's name": (edit(GOVERN, ("Mara Lind", "Mara Lindt")),),
    "a team's own folders": (write("inputs/a.csv"), write("serving/app.py"), write("records/x.md")),
    "a new prompt as a new file": (write("prompts/answers.v2.md"),),
}


@pytest.mark.parametrize("name", FREE)
def test_check_has_nothing_to_say_when_no_fixed_value_moves(team: Clone, name: str) -> None:
    there = branch(team.directory)
    for each in FREE[name]:
        each(there)
    there.commit()
    result = checked(team)
    assert found(result) == []
    assert (result.ok, result.ledger) == (True, team.workspace().tip)


TITLE = ('title: "GPT-3.5, March to June 2023"\n', "")
EXECUTORS = "rollback_execute: [mara, jo]"
RECORD = "records/packets/x/0001.yaml"
INPUTS = (f"inputs/aa/{'a' * 64}", f"inputs/aa/{'a' * 63}b")
SEARCH = ("tools: none", "tools: search-v2")

MOVED: dict[str, tuple[tuple[Edit, ...], Found]] = {
    "a number": ((edit(KPI, ("below: -3", "below: -20")),), frozen(KPI)),
    "a word": ((edit(TRIGGER, ("action: rollback", "action: pause")),), frozen(TRIGGER)),
    "a field added": ((edit(KPI, ("owner: kim", "owner: kim\ntitle: Mean")),), frozen(KPI)),
    "a field removed": ((edit(PACKET_FILE, TITLE),), frozen(PACKET_FILE)),
    "two items": ((edit(PACKET_FILE, (EXECUTORS, "rollback_execute: [jo, mara]")),), frozen(PACKET_FILE) * 2),
    "a shorter list": ((edit(PACKET_FILE, (EXECUTORS, "rollback_execute: [jo]")),), frozen(PACKET_FILE)),
    "a document deleted": ((delete(KPI),), [("GOV-FRZ-004", "error", KPI)]),
    "a pinned prompt": ((write(PROMPT),), [("GOV-FRZ-003", "error", PROMPT)]),
    "a pinned prompt deleted": ((delete(PROMPT),), [("GOV-FRZ-003", "error", PROMPT)]),
    "a baseline": ((edit(BASELINE, SEARCH),), [("GOV-FRZ-003", "error", BASELINE)]),
    "a record": ((write(RECORD),), [("GOV-CHK-001", "error", RECORD)]),
    "many inputs": ((write(INPUTS[0]), write(INPUTS[1])), [("GOV-CHK-001", "error", INPUTS[0])]),
    "a datafile": ((write("serving/bindings.json"),), [("GOV-CHK-001", "error", "serving/bindings.json")]),
    "a record elsewhere": (
        (write("attic/1.yaml", '# kept\nkind: "record/v1"\nn: 1\n'),),
        [("GOV-CHK-001", "error", "attic/1.yaml")],
    ),
}


@pytest.mark.parametrize("name", MOVED)
def test_check_refuses_once_for_each_mistake(team: Clone, name: str) -> None:
    edits, expected = MOVED[name]
    there = branch(team.directory)
    for each in edits:
        each(there)
    there.commit()
    result = checked(team)
    assert found(result) == expected
    assert not result.ok


def test_renamed_document_is_named_as_such(team: Clone) -> None:
    root = team.directory
    git(root, "switch", "-qc", "change")
    git(root, "mv", KPI, "governance/kpis/mean-delta.yaml")
    Branch(root).edit("governance/kpis/mean-delta.yaml", ("id: mean-score-delta", "id: mean-delta")).commit()
    (finding,) = checked(team).findings
    assert finding.message == "document in use renamed"
    assert finding.hint.startswith("governance/kpis/mean-delta.yaml is another document")


def test_edit_that_a_later_commit_takes_back_is_no_finding(team: Clone) -> None:
    there = branch(team.directory)
    there.edit(KPI, ("below: -3", "below: -20")).commit()
    there.edit(KPI, ("below: -20", "below: -3")).commit("Not so")
    result = checked(team)
    assert (found(result), result.request.commits) == ([], 2)


def test_moved_value_names_author_record_and_what_to_ask_for(team: Clone) -> None:
    there = branch(team.directory)
    there.edit(KPI, ("below: -3", "below: -20")).commit("Tidy KPI bands", "lee")
    there.write("README.md", "x").commit("Later", "jo")
    (moved,) = checked(team).comparison.moved
    assert moved.by is not None
    assert (moved.by.subject, moved.by.person) == ("Tidy KPI bands", "lee")
    assert (moved.field, moved.was, moved.now) == ("bands.critical.below", -3, -20)
    assert (moved.finding.line, moved.finding.column, moved.finding.hint) == (8, 48, "was -3")
    (hold,) = moved.holds
    assert (hold.record, hold.at, hold.how) == (
        f"packets/{PACKET}#1",
        "2026-11-20T09:30:00Z",
        "draft -> shadow",
    )
    assert moved.setting == "kpis/mean-score-delta:bands.critical.below=-20"


SETTINGS = {
    "of a list the whole": (
        PACKET_FILE,
        (EXECUTORS, "rollback_execute: [jo]"),
        f'packets/{PACKET}:owners.rollback_execute=["jo"]',
    ),
    "of a removed field what it was in": (
        KPI,
        ("warning: {below: 0}, ", ""),
        'kpis/mean-score-delta:bands={"critical": {"below": -3}}',
    ),
    "none where the whole document would be meant": (PACKET_FILE, TITLE, None),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_setting_is_the_nearest_field_that_change_control_can_name(team: Clone, name: str) -> None:
    path, edit, expected = SETTINGS[name]
    assert [moved.setting for moved in change(team, path, edit).comparison.moved] == [expected]


def test_effect_says_which_cohorts_would_turn(team: Clone) -> None:
    (effect,) = change(team, KPI, ("below: -3", "below: -20")).effects
    turned = [(t.check, t.cohort, t.was, t.becomes, t.measured) for t in effect.turned]
    assert turned == [("shadow_bands", "composite", "failed", "passed", "-18.8 points")]
    assert [(t.cohort, t.measured) for t in effect.still] == [
        ("happy_numbers", "15.0 percent"),
        ("sensitive_direct", "-6.0 points"),
    ]


def test_effect_is_not_guessed_when_a_document_has_errors(team: Clone) -> None:
    result = change(team, KPI, ("below: -3", "below: minus three"))
    assert [effect.unknown for effect in result.effects] == [
        "not known while kpis/mean-score-delta has errors"
    ]


def open_change(team: Clone) -> Clone:
    setting = {"document": "kpis/mean-score-delta", "field": "bands.critical.below", "value": -4}
    team.acting("lee").done(OpenChange(PACKET, (setting,), "n = 100 cohorts are noisy"))
    return team


def test_value_of_an_open_change_is_passed_with_a_note(team: Clone) -> None:
    result = change(open_change(team), KPI, ("below: -3", "below: -4"))
    assert found(result) == [("GOV-FRZ-002", "note", KPI)]
    (agreed,) = result.comparison.agreed
    assert (agreed.change.opened.actor, agreed.change.applied) == ("lee", None)
    assert result.ok


def test_value_of_an_applied_change_is_passed_with_a_note(team: Clone) -> None:
    open_change(team).acting("kim").done(ApplyChange(PACKET))
    result = change(team, KPI, ("below: -3", "below: -4"))
    assert found(result) == [("GOV-FRZ-002", "note", KPI)]
    (agreed,) = result.comparison.agreed
    assert agreed.change.applied is not None and agreed.change.applied.actor == "kim"
    assert agreed.values == (("kpis/mean-score-delta bands.critical.below", -3, -4),)


def test_another_value_than_the_agreed_one_is_refused(team: Clone) -> None:
    result = change(open_change(team), KPI, ("below: -3", "below: -5"))
    assert found(result) == frozen(KPI)


def test_change_of_one_packet_does_not_speak_for_another(team: Clone) -> None:
    team.acting("mara").done(Advance("gpt4-june", "shadow", rehearsal={"same": True, "seconds": 0.1}))
    result = change(open_change(team), KPI, ("below: -3", "below: -4"))
    assert {code for code, *_ in found(result)} == {"GOV-FRZ-001", "GOV-FRZ-002"}
    (moved,) = result.comparison.moved
    assert [hold.packet for hold in moved.holds] == ["gpt4-june"]


def test_two_packets_that_freeze_one_value_are_one_finding(team: Clone) -> None:
    team.acting("mara").done(Advance("gpt4-june", "shadow", rehearsal={"same": True, "seconds": 0.1}))
    (moved,) = change(team, KPI, ("below: -3", "below: -20")).comparison.moved
    assert [hold.packet for hold in moved.holds] == [PACKET, "gpt4-june"]


def test_what_is_on_the_base_already_is_told_and_not_refused(team: Clone) -> None:
    Branch(team.directory).edit(KPI, ("below: -3", "below: -20")).commit("Past the check", "lee")
    branch(team.directory).write("README.md", "x").commit()
    result = checked(team)
    assert found(result) == [("GOV-FRZ-005", "note", KPI)]
    assert (result.findings[0].hint, result.ok) == ("in force is -3", True)


def test_base_that_went_on_is_not_blamed_on_the_pull_request(team: Clone) -> None:
    open_change(team).acting("kim").done(ApplyChange(PACKET))
    branch(team.directory).write("README.md", "x").commit()
    git(team.directory, "switch", "-q", "main")
    Branch(team.directory).edit(KPI, ("below: -3", "below: -4")).commit("As agreed", "kim")
    result = checked(team, head="change")
    assert found(result) == [("GOV-FRZ-005", "note", KPI)]  # main has it; the branch does not move it
    git(team.directory, "switch", "-q", "change")
    git(team.directory, "merge", "-q", "--no-edit", "main")
    assert found(checked(team)) == []


def test_documents_of_an_ended_packet_are_free(team: Clone) -> None:
    team.acting("mara").done(Withdraw(PACKET, "another model is out"))
    assert found(change(team, KPI, ("below: -3", "below: -20"))) == []


def test_bound_baseline_is_kept_without_any_packet(team: Clone) -> None:
    team.acting("mara").done(Withdraw(PACKET, "another model is out"))
    result = change(team, BASELINE, ("tools: none", "tools: search-v2"))
    assert found(result) == [("GOV-FRZ-003", "error", BASELINE)]
    assert [hold.how for hold in result.comparison.moved[0].holds] == ["answers-b1, bound on answers"]


POLICY = {
    "looser, epoch kept": ([("wide: 1", "wide: 0")], ["GOV-CHK-003", "GOV-CHK-002"]),
    "looser, epoch raised": ([("wide: 1", "wide: 0"), ("epoch: 1", "epoch: 2")], ["GOV-CHK-002"]),
    "epoch raised by two": ([("epoch: 1", "epoch: 3")], ["GOV-CHK-003", "GOV-CHK-002"]),
}


@pytest.mark.parametrize("name", POLICY)
def test_policy_of_a_branch_has_no_force(team: Clone, name: str) -> None:
    edits, expected = POLICY[name]
    result = change(team, GOVERN, *edits)
    assert sorted(f.code for f in result.findings) == sorted(expected)
    note = next(f for f in result.findings if f.code == "GOV-CHK-002")
    assert "govern policy adopt" in note.hint
    assert ("looser: approvals.wide 1 -> 0" in note.hint) is name.startswith("looser")


def test_adopted_policy_is_no_finding(team: Clone) -> None:
    Branch(team.directory).edit(
        GOVERN, ("soak_windows: 2", "soak_windows: 3"), ("epoch: 1", "epoch: 2")
    ).commit()
    team.acting("mara").done(ApprovePolicy())
    team.acting("kim").done(AdoptPolicy())
    branch(team.directory).write("README.md", "x").commit()
    assert found(checked(team)) == []


def test_faults_of_documents_are_found_as_validate_finds_them(team: Clone) -> None:
    result = change(team, "governance/packets/gpt4-june.yaml", ("authors: [lee]", "authors: [leo]"))
    assert [f.code for f in result.findings] == ["GOV-REF-002"]
    assert result.effects == ()


def test_staged_content_is_judged_and_not_the_working_tree(team: Clone) -> None:
    there = Branch(team.directory).edit(KPI, ("below: -3", "below: -20"))
    assert found(checked(team, "HEAD", staged=True)) == []
    git(team.directory, "add", KPI)
    there.edit(KPI, ("below: -20", "below: -3"))
    result = checked(team, "HEAD", staged=True)
    assert found(result) == frozen(KPI)
    assert (result.comparison.moved[0].by, result.request.commits) == (None, 0)


def test_staged_content_is_read_from_the_index_of_the_hook(team: Clone, tmp_path: Path) -> None:
    Branch(team.directory).edit(KPI, ("below: -3", "below: -20"))
    other = tmp_path / "next-index"
    shutil.copy(team.directory / ".git" / "index", other)
    git(team.directory, "add", KPI)
    assert found(checked(team, "HEAD", staged=True, index=str(other))) == []
    assert found(checked(team, "HEAD", staged=True)) == frozen(KPI)


def test_first_commit_of_a_repository_is_judged_by_its_documents(tmp_path: Path) -> None:
    team = opened(tmp_path / "old")
    new = tmp_path / "new"
    shutil.copytree(team.directory, new, ignore=shutil.ignore_patterns(".git"))
    git(tmp_path, "init", "-q", "-b", "main", str(new))
    be(new, "ana")
    git(new, "add", "-A")
    result = check(Clone(new).context, Question("HEAD", staged=True))
    assert (found(result), result.ledger) == ([], None)


def test_without_a_ledger_documents_alone_are_judged(tmp_path: Path) -> None:
    opened(tmp_path / "ana", bare=tmp_path / "team.git")
    git(tmp_path, "clone", "-q", "--single-branch", str(tmp_path / "team.git"), str(tmp_path / "ci"))
    ci = Clone(tmp_path / "ci")
    branch(ci.directory).edit(KPI, ("worse_when: lower", "worse_when: lowr")).commit(person="ben")
    result = checked(ci, "origin/main")
    assert (result.ledger, result.remote) == (None, "origin")
    assert [f.path for f in result.findings] == [KPI]
    git(ci.directory, "fetch", "-q", "origin", "govern-ledger:refs/remotes/origin/govern-ledger")
    assert checked(ci, "origin/main").ledger is not None


def test_nothing_is_fetched_and_nothing_is_written(tmp_path: Path) -> None:
    opened(tmp_path / "ana", bare=tmp_path / "team.git")
    ben = another_clone(tmp_path / "team.git", tmp_path / "ben", "ben")
    branch(ben.directory).edit(KPI, ("below: -3", "below: -2")).commit(person="ben")
    shutil.rmtree(tmp_path / "team.git")
    index = ben.directory / ".git" / "index"
    before = git(ben.directory, "for-each-ref"), index.read_bytes()
    assert found(checked(ben, "origin/main")) == []
    assert (git(ben.directory, "for-each-ref"), index.read_bytes()) == before


def test_simulated_ledger_needs_no_clock_to_judge(team: Clone) -> None:
    branch(team.directory).edit(KPI, ("below: -3", "below: -20")).commit()
    result = check(replace(team.context, simulated=None), Question("main"))
    assert (result.simulated, len(result.effects[0].turned)) == (True, 1)


CANNOT: dict[str, tuple[dict[str, str], type[GovernError], str, str]] = {
    "base": ({"base": "nowhere"}, UsageError, "no commit `nowhere`", "git branch --all"),
    "head": ({"base": "main", "head": "nowhere"}, UsageError, "no commit `nowhere`", "git branch --all"),
    "remote base": ({"base": "origin/dev"}, UsageError, "no commit `origin/dev`", "git fetch origin dev"),
    "an option": ({"base": "--all"}, UsageError, "no commit `--all`", "git branch --all"),
    "a stranger": ({"base": "orphan"}, RepositoryError, "no commit in common", ""),
}


@pytest.mark.parametrize("name", CANNOT)
def test_check_says_what_it_cannot_compare(team: Clone, name: str) -> None:
    words, kind, message, line = CANNOT[name]
    git(team.directory, "remote", "add", "origin", "../team.git")
    git(team.directory, "branch", "orphan", git(team.directory, "commit-tree", "-m", "x", "HEAD^{tree}"))
    with pytest.raises(kind, match=message) as raised:
        check(team.context, Question(**words))  # type: ignore[arg-type]
    assert (raised.value.type_line or "") == line


def test_shallow_clone_is_told_how_to_become_whole(tmp_path: Path) -> None:
    team = opened(tmp_path / "ana", bare=tmp_path / "team.git")
    there = branch(team.directory)
    for count in range(3):
        there.write("README.md", str(count)).commit(person="ben")
    git(team.directory, "push", "-q", "origin", "change")
    git(team.directory, "switch", "-q", "main")
    Branch(team.directory).write("LICENSE", "x").commit(person="ana")
    git(team.directory, "push", "-q", "origin", "main")
    address = f"file://{tmp_path / 'team.git'}"
    git(tmp_path, "clone", "-q", "--depth=1", "--no-single-branch", address, str(tmp_path / "ci"))
    with pytest.raises(RepositoryError, match="shallow") as raised:
        check(Clone(tmp_path / "ci").context, Question("origin/main", "origin/change"))
    assert raised.value.type_line == "git fetch --unshallow origin"


def test_every_code_is_explained() -> None:
    wanted = {*(f"GOV-CHK-00{n}" for n in (1, 2, 3)), *(f"GOV-FRZ-00{n}" for n in (1, 2, 3, 4, 5))}
    assert wanted <= set(codes())


DIFFERENCES = {
    "nothing": ({"a": [1, {"b": 2}]}, {"a": [1.0, {"b": 2}]}, []),
    "a leaf": ({"a": {"b": 1}}, {"a": {"b": 2}}, [Leaf(("a", "b"), 1, 2)]),
    "true is not one": ({"a": 1}, {"a": True}, [Leaf(("a",), 1, True)]),
    "null is not nothing": ({"a": None}, {}, [Leaf(("a",), None, ABSENT)]),
    "new": ({}, {"a": {"b": 1}}, [Leaf(("a",), ABSENT, {"b": 1})]),
    "an item": ({"a": [1, 2]}, {"a": [1, 3]}, [Leaf(("a", 1), 2, 3)]),
    "another length": ({"a": [1, 2]}, {"a": [1]}, [Leaf(("a",), [1, 2], [1])]),
    "another kind": ({"a": {"b": 1}}, {"a": [1]}, [Leaf(("a",), {"b": 1}, [1])]),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_differences_are_leaves(name: str) -> None:
    was, now, expected = DIFFERENCES[name]
    assert list(differences(was, now)) == expected
