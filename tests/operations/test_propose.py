"""`govern new`: from one line to a packet that the gates can read, and blank documents of every other kind."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from govern.cli import init
from govern.cli.new import run_other, run_packet
from govern.documents.encoding import FORBIDDEN
from govern.documents.flow import flow
from govern.documents.tree import WorkingTree
from govern.documents.yaml import load
from govern.domain.drills.rule import decide_by
from govern.domain.rollback.runbook import find_section, put_section
from govern.errors import ExitCode, GovernError, RefusedError, UsageError
from govern.operations.authoring.new_card import SCENARIOS
from govern.operations.authoring.sketch import CREATABLE
from govern.operations.review.validate import validate
from govern.report.answer import Answer, as_text
from operations.genesis import Team, make_team, opened_team, scripted, stop_the_clock
from workspaces import be, git, repository

CHANGE = ["prompt=prompts/system.v2.md"]
PACKET = "no-system-prompt"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_the_clock(monkeypatch)


@pytest.fixture
def team(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Team:
    """The ledger is open, and the new prompt lies beside the old one."""
    team = opened_team(tmp_path, tmp_path_factory.getbasetemp())
    team.write("prompts/system.v2.md", "Answer.\n")
    return team


def new(team: Team, changes: list[str] | None = None, packet: str = PACKET, **options: object) -> Answer:
    return run_packet(team.context, packet, changes or CHANGE, **options)  # type: ignore[arg-type]


def test_packet_is_written_when_five_questions_are_answered_by_enter(team: Team) -> None:
    said: list[str] = []
    answer = new(team, ask=scripted(*[""] * 5), say=said.append)
    assert said == [" chat: chat-b1 -> chat-b2, prompt v1 -> v2, the other four components unchanged"]
    assert as_text(answer) == (
        "Wrote baselines/chat-b2.yaml, packets/no-system-prompt.yaml,\n"
        "triggers/policy-dislocation.yaml and a section of RUNBOOK.md. Blanks left: 0\n"
        'next: git add -A && git commit -m "Propose no-system-prompt" && git push\n'
    )
    report = validate(WorkingTree(team.root), "governance")
    assert (report.findings, report.documents) == ((), 12)


def test_questions_stand_in_one_column_when_asked(team: Team) -> None:
    labels: list[str] = []

    def ask(label: str, default: str) -> str:
        labels.append(f" {label} [{default}]:")
        return default

    new(team, ask=ask)
    assert labels == [
        " 1/5 Go back when policy breaks exceed, percent of decisions     [5]:",
        " 2/5   for how many hours in a row                               [2]:",
        " 3/5 Share of `public` in canary, percent                        [5]:",
        " 4/5 Who runs the rollback                                [ana, ben]:",
        " 5/5 Who approves                                              [ben]:",
    ]


def test_packet_passes_into_shadow_when_it_is_merged(team: Team, tmp_path: Path) -> None:
    from govern.domain.rollout.advance import Advance
    from govern.operations.context import Context
    from govern.operations.decide import run

    new(team)
    team.git("add", "--all")
    team.git("commit", "--quiet", "--message=Propose")
    team.git("push", "--quiet")
    git(tmp_path, "clone", "--quiet", str(team.remote), "ben")
    be(tmp_path / "ben", "ben")
    rehearsed = {"same": True, "seconds": 0.1}
    outcome = run(
        Context(tmp_path / "ben", team.context.now), lambda _: Advance(PACKET, "shadow", rehearsal=rehearsed)
    )
    assert outcome.word == "PUBLISHED", outcome.decision


def test_section_holds_thresholds_and_the_line_that_goes_back_when_written(team: Team) -> None:
    team.write("RUNBOOK.md", "# Ours\n\nCall Ana.\n")
    new(team, threshold="3.5", hours="4")
    text = team.read("RUNBOOK.md")
    section = find_section(text, PACKET)
    assert text.startswith("# Ours\n\nCall Ana.\n\n<!-- govern:no-system-prompt -->\n")
    assert section is not None
    assert "policy-dislocation-rate above 3.5 percent, 4 windows of 1 h in a row: rollback (ben)" in section
    assert "\n    govern rollback execute no-system-prompt\n" in section


def test_section_alone_changes_when_it_is_put_again() -> None:
    text = put_section("Above\n", "a", "<!-- govern:a -->\none\n<!-- /govern:a -->\n") + "Below\n"
    again = put_section(text, "a", "<!-- govern:a -->\n\\1 two\n<!-- /govern:a -->\n")
    assert again == "Above\n\n<!-- govern:a -->\n\\1 two\n<!-- /govern:a -->\nBelow\n"


def test_trigger_is_shared_when_its_numbers_are_the_same_and_new_when_not(team: Team) -> None:
    new(team)
    team.write("prompts/system.v3.md", "3\n")
    assert "triggers" not in as_text(new(team, ["prompt=prompts/system.v3.md"], "third"))
    team.write("prompts/system.v4.md", "4\n")
    new(team, ["prompt=prompts/system.v4.md"], "fourth", hours="3")
    assert "triggers: [policy-dislocation-fourth]" in team.read("governance/packets/fourth.yaml")
    assert "next:\n  baseline: chat-b4" in team.read("governance/packets/fourth.yaml")


def test_blanks_are_named_when_the_model_changes(team: Team) -> None:
    answer = new(team, ["model=llama-3-70b-chat"], "llama-3")
    assert answer.exit == ExitCode.LEFT
    assert any("cal-llama-3.yaml: backtest.mean_abs_error_at_most" in line for line in answer.lines)
    assert "Blanks left: 13" in answer.lines[-14]
    assert answer.findings == ()
    assert answer.advice == ("next", "govern validate")


def test_stamp_is_one_of_its_own_when_neither_model_nor_prompt_changes(team: Team) -> None:
    new(team, ["policy=conservative-v1"], "stricter")
    assert "model_version: llama-2-70b-chat+v1+policy-conservative-v1" in team.read(
        "governance/baselines/chat-b2.yaml"
    )


def test_version_is_one_of_its_own_when_the_new_file_has_the_old_name(team: Team) -> None:
    team.write("other/system.v1.md", "Other bytes\n")
    new(team, ["prompt=other/system.v1.md"])
    assert "prompt: {version: v1-b2, files: [other/system.v1.md]}" in team.read(
        "governance/baselines/chat-b2.yaml"
    )


def test_team_template_is_taken_when_there_is_one(team: Team) -> None:
    from govern.documents.templates import shipped

    own = shipped("packet").replace("shadow: {cycles: 1}", "shadow: {cycles: 3}")
    team.write("governance/templates/packet.yaml", own)
    new(team)
    assert "shadow: {cycles: 3}" in team.read("governance/packets/no-system-prompt.yaml")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("kind: packet/v1\nid: ${ident}\n", "no value for ${ident}"),
        ("kind: packet/v1\nid: ${id}\n", "the packet made from it is none"),
        ("kind: [\n", "the packet made from it is none"),
    ],
)
def test_nothing_is_written_when_the_team_template_is_spoilt(team: Team, template: str, said: str) -> None:
    team.write("governance/templates/packet.yaml", template)
    before = team.stands()
    with pytest.raises(GovernError, match=r"templates/packet\.yaml") as caught:
        new(team)
    assert said in caught.value.message
    assert team.stands() == before


def test_one_person_alone_approves_nothing_and_still_proposes(tmp_path: Path) -> None:
    team = make_team(tmp_path)
    team.init("", "", "", "m1", "prompts/system.v1.md", "")
    team.write("prompts/system.v2.md", "Answer.\n")
    assert new(team).findings == ()


def test_packet_of_a_real_team_is_sound_when_written(tmp_path: Path) -> None:
    directory = tmp_path / "team"
    clone = repository(directory, "team").acting("mara")
    init.run(clone.context, simulated=True, yes=True)
    clone = clone.acting("lee")
    (directory / "prompts/ranking/v2.4.0").mkdir()
    (directory / "prompts/ranking/v2.4.0/system.md").write_text("New\n")
    for name in ("mean-score-delta", "policy-flip-rate"):
        run_other(clone.context, "kpi", name)
    answer = run_packet(
        clone.context,
        "prompts-2-4",
        ["prompt=prompts/ranking/v2.4.0/*.md"],
        surface="ranking",
        cohorts="pc-na,xr-na",
        approve_by="mara,kim",
    )
    assert answer.findings == (), answer.lines
    packet = (directory / "governance/packets/prompts-2-4.yaml").read_text()
    assert "comms_template: comms/partial-rollback.md" in packet
    assert "baseline: ranking-b5" in packet


def edited(team: Team) -> None:
    team.write("prompts/system.v1.md", "Edited in place\n")


def without_document(team: Team) -> None:
    (team.root / "governance/baselines/chat-b1.yaml").unlink()


def twice(team: Team) -> None:
    new(team)


def unchanged(_: Team) -> None:
    """Nothing is spoilt before."""


BAD: list[tuple[Callable[[Team], None], dict[str, object], str, str | None]] = [
    (unchanged, {"changes": ["promt=x"]}, "`promt=x` is no change", "--change prompt=x"),
    (unchanged, {"changes": ["prompt=prompts/system.v9.md"]}, "nearest: system.v2.md", None),
    (unchanged, {"changes": ["prompt=prompts"]}, "is a folder", None),
    (unchanged, {"changes": ["prompt=prompts/system.v1.md"]}, "nothing changes", "govern status"),
    (unchanged, {"changes": ["prompt=a", "prompt=b"]}, "changed twice", None),
    (unchanged, {"packet": "No Prompt"}, "is no id", "govern new packet no-prompt"),
    (unchanged, {"surface": "chta"}, "no surface `chta`", "--surface chat"),
    (unchanged, {"cohorts": "pubic"}, "nearest: public", "--cohorts public"),
    (unchanged, {"threshold": "lots"}, "not a number from 0 to 100", None),
    (unchanged, {"threshold": "nan"}, "not a number from 0 to 100", None),
    (unchanged, {"hours": "1.5"}, "not a whole number", None),
    (unchanged, {"percent": "0"}, "from 0.01 to 100", None),
    (unchanged, {"approve_by": "ana"}, "nobody approves what they wrote", None),
    (unchanged, {"rollback_by": "bne"}, "nearest: ben", None),
    (unchanged, {"calibration": "initail"}, "nearest: initial", "--calibration initial"),
    (unchanged, {"rehearsal_date": "soon"}, "is not a date", None),
    (edited, {}, "save the change as a NEW file", None),
    (without_document, {}, "no baselines/chat-b1.yaml here", "git pull"),
    (twice, {}, "packets/no-system-prompt.yaml is there already", None),
]


@pytest.mark.parametrize(("before", "options", "said", "line"), BAD, ids=[row[2] for row in BAD])
def test_nothing_is_written_when_the_line_is_wrong(
    team: Team, before: Callable[[Team], None], options: dict[str, object], said: str, line: str | None
) -> None:
    before(team)
    stood = team.stands()
    with pytest.raises((UsageError, RefusedError)) as caught:
        new(team, **options)  # type: ignore[arg-type]
    assert said in caught.value.message
    assert line is None or caught.value.type_line == line
    assert team.stands() == stood


@pytest.mark.parametrize("kind", [kind for kind in CREATABLE if kind not in ("answers", "card")])
def test_skeleton_is_sound_when_written(team: Team, kind: str) -> None:
    answer = run_other(team.context, kind, f"my-{kind}")
    assert (answer.exit, answer.findings) == (0, ())
    text = next(team.read(path) for path in answer.data["written"])
    assert max(map(len, text.splitlines())) <= 110


def test_new_package_leads_to_its_card_and_to_the_trigger(team: Team) -> None:
    answer = run_other(team.context, "package", "refusals")
    assert answer.advice == ("next", "govern new card --package refusals")
    assert "A trigger of its class leads to it by the line `package: refusals`." in answer.lines
    assert "\nsurface: chat" in team.read("governance/packages/refusals.yaml")


def test_new_trigger_names_a_package_of_its_class_or_how_there_comes_to_be_one(team: Team) -> None:
    answer = run_other(team.context, "trigger", "first")
    assert "It counts where a packet names it: `triggers: [first]`." in answer.lines
    assert "\n# package: ID " in team.read("governance/triggers/first.yaml")
    run_other(team.context, "package", "refusals")
    run_other(team.context, "trigger", "second")
    text = team.read("governance/triggers/second.yaml")
    assert (
        "\ntrigger_class: integrity " in text and "\npackage: refusals " in text and "# package" not in text
    )


def test_comments_of_a_new_document_say_what_a_field_is(team: Team) -> None:
    run_other(team.context, "trigger", "first")
    text = team.read("governance/triggers/first.yaml")
    for said in (
        "# the KPI that is watched",
        "# when one window counts as bad",
        "# low | medium | high | critical",
    ):
        assert said in text


def test_card_and_package_are_sound_when_made_for_a_packet(team: Team) -> None:
    new(team)
    answer = run_other(team.context, "card", None, packet=PACKET)
    assert answer.findings == ()
    assert "{metric: policy_dislocation_rate, above: 5}" in team.read(
        "governance/packages/integrity-no-system-prompt.yaml"
    )


RULES = {  # what a package may decide by: two metrics, one alone, lower is worse, both sides, a value alone
    "two": {
        "keep": [{"metric": "a", "below": 2}, {"metric": "b", "at_most": 10}],
        "tune": [{"metric": "a", "below": 2}, {"metric": "b", "above": 10, "at_most": 15}],
        "rollback": [{"metric": "a", "at_least": 2}, {"metric": "b", "above": 15}],
    },
    "one": {
        "keep": [{"metric": "a", "below": 2}],
        "tune": [{"metric": "a", "at_least": 2, "below": 4}],
        "rollback": [{"metric": "a", "at_least": 4}],
    },
    "lower": {
        "keep": [{"metric": "score", "at_least": 90}, {"metric": "b", "at_most": 10}],
        "tune": [{"metric": "score", "at_least": 80, "below": 90}, {"metric": "b", "at_most": 10}],
        "rollback": [{"metric": "score", "below": 80}, {"metric": "b", "above": 10}],
    },
    "both sides": {
        "keep": [{"metric": "a", "above": 1, "below": 3}, {"metric": "b", "at_most": 1}],
        "tune": [{"metric": "a", "above": 1, "below": 3}, {"metric": "b", "above": 1}],
        "rollback": [{"metric": "a", "at_most": 1}, {"metric": "a", "at_least": 3}],
    },
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("scenario", [None, *SCENARIOS])
def test_card_of_every_scenario_is_sound_when_written(team: Team, rule: str, scenario: str | None) -> None:
    run_other(team.context, "package", "p")
    path = "governance/packages/p.yaml"
    package = yaml.safe_load(team.read(path)) | {"criteria": RULES[rule]}
    team.write(path, yaml.safe_dump(package, sort_keys=False))
    if rule == "one" and scenario in ("mixed_signal", "class_overlap"):
        with pytest.raises(UsageError, match="needs two metrics, and the criteria of p read one"):
            run_other(team.context, "card", None, package="p", scenario=scenario)
        return
    answer = run_other(team.context, "card", None, package="p", scenario=scenario)
    assert answer.findings == ()
    card = yaml.safe_load(team.read(answer.data["written"][0]))
    broken = [name for name, each in card["metrics"].items() if each["breach"] != each["baseline"]]
    expected = len(card["metrics"]) if scenario == "class_overlap" else 1
    assert len(broken) == expected
    after = {name: each["baseline"] for name, each in card["metrics"].items()}
    after[card["side_effect"]["metric"]] = card["side_effect"]["becomes"]
    outcome = decide_by(card["criteria"], {}, after).outcome
    ends = {"straightforward": {"keep"}, "correction_surge": {"rollback"}}
    wanted = ends.get(scenario or ("straightforward" if rule == "one" else ""), {"tune", "rollback"})
    assert outcome in wanted


def test_scenario_that_there_is_not_names_those_that_there_are(team: Team) -> None:
    run_other(team.context, "package", "p")
    with pytest.raises(UsageError, match="no scenario `mixed`; there are: mixed_signal") as caught:
        run_other(team.context, "card", None, package="p", scenario="mixed")
    assert caught.value.type_line == "--scenario mixed_signal"
    with pytest.raises(UsageError, match="--scenario are for a card"):
        run_other(team.context, "package", "q", scenario="mixed_signal")


def published_card(team: Team) -> None:
    """Package `p` and its card `c`, on the documents branch."""
    run_other(team.context, "package", "p")
    run_other(team.context, "card", "c", package="p")
    team.git("add", "-A")
    team.git("commit", "-qm", "A package")
    team.git("push", "-q", "origin", "HEAD")


def test_answers_are_bound_to_card_and_package_as_they_are_published(team: Team) -> None:
    from govern.domain.document import digest_of

    published_card(team)
    paths = ("governance/cards/c.yaml", "governance/packages/p.yaml")
    digests = [digest_of((team.root / path).read_bytes()) for path in paths]
    answer = run_other(team.context, "answers", "c")
    assert len(answer.lines) == 1 and answer.advice == (
        "next",
        "govern drill run c --answers answers/2026-11-20.yaml",
    )
    for path in paths:
        team.write(path, team.read(path) + "# Mine\n")
    told = " ".join(run_other(team.context, "answers", "c").lines)
    for name in ("card c", "package p"):
        assert f"{name}: your change of it lies in your working tree, not on origin/main" in told
    for sheet in ("answers/2026-11-20.yaml", "answers/2026-11-20-c.yaml"):
        text = team.read(sheet)
        assert f"card_digest: {digests[0]}" in text and f"package_digest: {digests[1]}" in text


def test_answers_to_a_card_that_only_i_have_wait_until_it_is_published(team: Team) -> None:
    run_other(team.context, "package", "p")
    run_other(team.context, "card", "c", package="p")
    with pytest.raises(UsageError) as no:
        run_other(team.context, "answers", "c")
    assert no.value.message == "no card `c` on main: it lies in your working tree, not on origin/main"
    assert no.value.type_line is not None and no.value.type_line.startswith("git add ")


@pytest.mark.parametrize(
    ("kind", "name", "said", "line"),
    [
        ("kard", "x", "no new `kard`", "govern new card x"),
        ("cohorts", "x", "add a key there", None),
        ("kpi", "Big One", "is no id", "govern new kpi big-one"),
        ("kpi", "policy-flip-rate", "is there already", None),
        ("kpi", None, "needs an id", "govern new kpi ID"),
        ("answers", "nothing", "no card `nothing` on main", "govern new card --package ID"),
    ],
)
def test_nothing_is_written_when_the_kind_or_id_is_wrong(
    team: Team, kind: str, name: str | None, said: str, line: str | None
) -> None:
    before = team.stands()
    with pytest.raises((UsageError, RefusedError)) as caught:
        run_other(team.context, kind, name)
    assert said in caught.value.message
    assert line is None or caught.value.type_line == line
    assert team.stands() == before


@given(st.text(max_size=40).filter(lambda text: not FORBIDDEN.search(text)))
def test_any_text_is_read_back_as_it_was_when_written(text: str) -> None:
    value, _ = load(f"a: {flow(text)}\nb: [{flow(text)}]\nc: {{d: {flow(text)}}}\n".encode())
    assert value == {"a": text, "b": [text], "c": {"d": text}}


@pytest.mark.parametrize(
    "word", ["no", "1.10", "14", "0x1", "2026-11-16/P7D", "12:00", "~", "", "null", "a: b", "- a", "#"]
)
def test_words_that_could_be_misread_are_quoted_when_written(word: str) -> None:
    assert flow(word).startswith('"')
    assert load(f"a: {flow(word)}\n".encode())[0] == {"a": word}
