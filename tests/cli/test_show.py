"""`govern show` finds anything by its name, says where bytes are from, and lists what a name could mean."""

import json

import pytest

from workspaces import Clone, git

PACKET = "no-system-prompt"
SHOWN = {
    f"packets/{PACKET}#1": ("phase_advanced", "asked     advance:", "from: draft"),
    "surfaces/chat#2": ("binding_changed", "cause: advance", "chat-b2 sha256:"),
    PACKET: (
        "canary  public",
        "frozen for no-system-prompt by packets/no-system-prompt#1",
        "kind: packet/v1",
    ),
    "mean-score-delta": ("governance/kpis/mean-score-delta.yaml", "an edit of the", "kind: kpi/v1"),
    "policy-dislocation": ("governance/triggers/policy-dislocation.yaml", "signal: policy-dislocation-rate"),
    "baselines/chat-b1": ("verified: declared 2026-11-20", "bound by  chat default", "kind: baseline/v1"),
    "govern.yaml": ("as published on main", "kind: workspace/v1"),
    "chat": ("default, and every key that nobody bound by name", "chat-b2 5 %, else chat-b1   public"),
    "public": ("title     Everyone", "chat-b2 5 %, else chat-b1", "canary, here canary"),
    "ben": ("ben@example.com   person", "rollback_execute"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_show_prints_what_a_name_means(team: Clone, govern, name: str) -> None:
    said = govern("show", name)
    assert said.code == 0
    assert [part for part in SHOWN[name] if part not in said.text] == []


def test_show_takes_the_beginning_of_a_ledger_commit(team: Clone, govern) -> None:
    tip = git(team.directory, "rev-parse", "govern-ledger")
    said = govern("show", tip[:8])
    assert said.lines[0].startswith(f"{tip[:12]}   govern-ledger   ")
    assert "surfaces/chat#2" in said.text and "serving/bindings.json" in said.text


def test_show_prints_the_bytes_of_a_digest_as_they_are(team: Clone, govern) -> None:
    frozen = json.loads(govern("show", f"packets/{PACKET}#1", "--format", "json").text)["data"]["body"][
        "frozen"
    ]
    said = govern("show", frozen["kpis/mean-score-delta"])
    assert said.text == (team.directory / "governance/kpis/mean-score-delta.yaml").read_text("utf-8")


def test_show_finds_a_pinned_file_by_digest_when_the_branch_has_lost_it(team: Clone, govern) -> None:
    bound = json.loads(govern("binding", "show", "--cohort", "public", "--format", "json").text)
    digest = bound["data"]["bindings"][0]["to"]["components"]["prompt"]["files"]["prompts/system.v2.md"]
    text = (team.directory / "prompts/system.v2.md").read_text("utf-8")
    git(team.directory, "rm", "-q", "prompts/system.v2.md")
    git(team.directory, "commit", "-qm", "gone")
    assert govern("show", digest[:20]).text == text


def test_show_gives_frozen_bytes_and_says_so_when_the_branch_differs(team: Clone, govern) -> None:
    path = team.directory / "governance/kpis/mean-score-delta.yaml"
    path.write_text(path.read_text("utf-8").replace("below: -3", "below: -20"), "utf-8")
    git(team.directory, "commit", "-qam", "tidy")
    said = govern("show", "mean-score-delta")
    assert "below: -3}" in said.text
    assert "main has other bytes today" in said.text


def test_show_lists_the_candidates_when_a_name_is_ambiguous(team: Clone, govern) -> None:
    kpi = (team.directory / "governance/kpis/mean-score-delta.yaml").read_text("utf-8")
    path = team.directory / "governance/kpis/minimum.yaml"
    path.write_text(kpi.replace("id: mean-score-delta", "id: minimum"), "utf-8")
    git(team.directory, "add", "-A")
    git(team.directory, "commit", "-qm", "the same id twice, in two kinds")
    said = govern("show", "minimum")
    assert (said.code, said.advice) == (2, "govern show criteria/minimum")
    assert "govern show kpis/minimum" in said.text
    assert govern("show", "kpis/minimum").code == 0


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("mean-score-dleta", "govern show mean-score-delta"),
        ("kpi/mean-score-delta", "govern show kpis/mean-score-delta"),
        (f"packets/{PACKET}#99", f"govern show packets/{PACKET}#5"),
        ("sha256:00000000", "govern log"),
        ("zzzzzzzz", "govern log"),
    ],
)
def test_show_says_what_to_type_when_nothing_is_called_so(team: Clone, govern, name: str, line: str) -> None:
    said = govern("show", name)
    assert (said.code, said.advice) == (2, line)
    assert max(map(len, said.lines)) <= 80


def test_show_looks_back_when_an_instant_is_given(team: Clone, govern) -> None:
    assert "shadow" in govern("show", PACKET, "--at", "2026-11-20").lines[0]
    assert govern("show", "surfaces/chat#2", "--at", "2026-11-20").code == 2
