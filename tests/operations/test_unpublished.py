"""Where a document lies that the published branch does not have, and the line that brings it there."""

import subprocess
from pathlib import Path

import pytest

from govern.domain.decision import Refusal, Refused
from govern.domain.rollout.advance import Advance
from govern.errors import RefusedError, UsageError
from govern.operations.asking import ask_border, packet_of
from govern.operations.naming import one
from govern.operations.unpublished import placed, unpublished
from workspaces import Clone, git, isolated, opened

KPI = "governance/kpis/late.yaml"
PACKET = "no-system-prompt"
THERE = "kind: kpi/v1\nid: late\n"


@pytest.fixture
def ana(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    for name, value in isolated(tmp_path / "home").items():
        monkeypatch.setenv(name, value)
    return opened(tmp_path / "ana", bare=tmp_path / "forge.git")


def write(clone: Clone, text: str = THERE, path: str = KPI) -> None:
    (clone.directory / path).write_text(text, "utf-8")


def commit(clone: Clone) -> None:
    git(clone.directory, "add", "-A")
    git(clone.directory, "commit", "-q", "-m", "More")


def said(clone: Clone, kind: str = "kpi", name: str = "late") -> tuple[str, str] | None:
    found = unpublished(clone.workspace(), kind, name)
    return found and (found.said, found.line)


def test_each_place_has_its_words_and_the_line_that_publishes(ana: Clone) -> None:
    assert said(ana) is None
    write(ana)
    line = 'git add governance && git commit -m "Add late" && git push origin main'
    assert said(ana) == ("it lies in your working tree, not on origin/main", line)
    commit(ana)
    assert said(ana) == ("it is committed on main here, not on origin/main", "git push origin main")
    git(ana.directory, "push", "-q", "origin", "main")
    assert said(ana) is None
    write(ana, THERE + "tier: safety\n")
    line = line.replace("Add", "Change")
    assert said(ana) == ("your change of it lies in your working tree, not on origin/main", line)


def test_lines_work_as_they_stand(ana: Clone) -> None:
    write(ana)
    found = said(ana)
    assert found is not None
    subprocess.run(["sh", "-c", found[1]], cwd=ana.directory, check=True, capture_output=True)
    assert said(ana) is None


def test_on_another_branch_it_is_pushed_and_then_merged(ana: Clone) -> None:
    git(ana.directory, "switch", "-q", "-c", "late")
    write(ana)
    commit(ana)
    assert said(ana) == ("it is committed on late here, not on origin/main", "git push origin late")
    git(ana.directory, "push", "-q", "-u", "origin", "late")
    found = said(ana)
    assert found is not None
    assert found[1] == "git switch main && git merge late && git push origin main"


def test_an_older_clone_has_changed_nothing(ana: Clone) -> None:
    write(ana)
    commit(ana)
    git(ana.directory, "push", "-q", "origin", "main")
    write(ana, THERE + "tier: safety\n")
    commit(ana)
    git(ana.directory, "push", "-q", "origin", "main")
    git(ana.directory, "reset", "-q", "--hard", "HEAD^")
    assert said(ana) is None, "the branch is newer than this clone"


def test_without_a_remote_the_branch_is_the_place(tmp_path: Path, ana: Clone) -> None:
    alone = opened(tmp_path / "alone")
    write(alone)
    assert said(alone) == (
        "it lies in your working tree, not on main",
        'git add governance && git commit -m "Add late"',
    )


def test_refusal_of_a_command_and_of_a_reader_say_where_the_packet_lies(ana: Clone) -> None:
    packet = "governance/packets/{}.yaml"
    text = (ana.directory / packet.format(PACKET)).read_text("utf-8").replace(f"id: {PACKET}", "id: other")
    write(ana, text, packet.format("other"))
    where = "no packet `other` on main: it lies in your working tree, not on origin/main"
    line = 'git add -A && git commit -m "Propose other" && git push origin main'
    refused = ana.do(Advance("other", "shadow")).decision
    assert isinstance(refused, Refused) and (refused.reasons, refused.type_line) == ((where,), line)
    with pytest.raises(RefusedError) as raised:
        packet_of(ana.workspace(), "other")
    assert (raised.value.message, raised.value.type_line) == (where, line)
    with pytest.raises(RefusedError, match="nearest: no-system-prompt"):
        packet_of(ana.workspace(), "no-sistem-prompt")


def test_border_says_where_a_document_lies_that_the_packet_names(ana: Clone) -> None:
    path = ana.directory / f"governance/packets/{PACKET}.yaml"
    path.write_text(path.read_text("utf-8").replace("[policy-dislocation]", "[other]"), "utf-8")
    commit(ana)
    git(ana.directory, "push", "-q", "origin", "main")
    trigger = (ana.directory / "governance/triggers/policy-dislocation.yaml").read_text("utf-8")
    write(ana, trigger.replace("id: policy-dislocation", "id: other"), "governance/triggers/other.yaml")
    asked = ask_border(ana.workspace(), PACKET)
    first = next(verdict for verdict in asked.verdicts if verdict.check == "packet_complete")
    assert first.text == (
        "not there: triggers/other; other: it lies in your working tree, not on origin/main"
    )
    assert asked.answer is not None and asked.answer.type_line == first.todo
    assert first.todo is not None and first.todo.startswith("git add governance &&")


def test_refusal_without_a_document_stays_as_it_is(ana: Clone) -> None:
    refused = Refusal("no", type_line="govern status").refused
    assert placed(ana.workspace(), refused) is refused
    there = Refusal("as it was", lacks=("packet", PACKET)).refused
    assert placed(ana.workspace(), there) == there, "nothing is nearest to itself"


@pytest.mark.parametrize("name", ["late", "kpis/late"])
def test_show_finds_what_lies_here_alone(ana: Clone, name: str) -> None:
    write(ana)
    with pytest.raises(UsageError) as raised:
        one(ana.workspace(), name)
    assert raised.value.message.startswith(
        f"nothing published is named `{name}`: it lies in your working tree"
    )
