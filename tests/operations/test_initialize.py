"""`govern init`: the first documents, published and opened; what is in the way is named, and nothing is spoilt."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from govern.cli import init
from govern.documents.tree import WorkingTree
from govern.errors import ExitCode, GovernError, RefusedError, RepositoryError, UsageError
from govern.operations.authoring.first_documents import Plan, documents_for, version_of
from govern.operations.context import Context
from govern.operations.looking_back import reading
from govern.operations.review.validate import validate
from govern.report.answer import as_text
from operations.genesis import NOW, Team, make_team, stop_the_clock
from workspaces import be, git

GIVEN = {"model": "llama-2-70b-chat", "prompt": "prompts/system.v1.md", "approver": "ben@example.com"}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_the_clock(monkeypatch)


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return make_team(tmp_path)


def script(path: Path, line: str) -> Path:
    """A hook."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return path


def test_ledger_opens_in_one_go_when_main_takes_a_push(team: Team) -> None:
    answer = team.init()
    assert team.shown == ["Wrote 9 documents, hooks and CI. Commit and push them to main?"]
    assert as_text(answer) == (
        "PUBLISHED: ledger opened, public on chat-b1 (declared, not yet rehearsed)\n"
        "One cohort, `public`: send that key from today. Without a key: always prev.\n"
        "next: write the new prompt as a NEW file, then: govern new packet ID\n"
    )
    workspace = reading(team.context)
    assert [record.event for record in workspace.history.records] == [
        "ledger_opened/1",
        "binding_changed/1",
        "baseline_verified/1",
    ]
    assert workspace.state.surfaces["chat"].default[-1].to.model_version == "llama-2-70b-chat+v1"
    assert team.git("status", "--porcelain") == ""


def test_questions_stand_in_one_column_when_asked(team: Team) -> None:
    labels: list[str] = []

    def ask(label: str, default: str) -> str:
        labels.append(f" {label}" + (f" [{default}]" if default else "") + ":")
        return GIVEN.get({5: "model", 6: "prompt", 7: "approver"}.get(len(labels), ""), default)

    init.run(team.context, ask=ask, say=labels.append)
    assert labels == [
        " Enter takes the value in brackets; --yes takes all of them.",
        " 1/6 Folder for the documents             [governance]:",
        " 2/6 Branch that people review and merge        [main]:",
        " 3/6 Surface whose behaviour may change         [chat]:",
        " 4/6 Model in use now                                 :",
        " 5/6 Prompt file in use now                           :",
        " 6/6 E-mail of a second person who may approve        :",
    ]


def test_documents_pass_validation_when_just_written(team: Team) -> None:
    team.init()
    report = validate(WorkingTree(team.root), "governance")
    assert (report.findings, report.documents) == ((), 9)


def test_nobody_reviews_when_one_person_begins_alone(team: Team) -> None:
    answer = team.init("", "", "", "m1", "", "")
    assert any("nobody reviews" in line for line in answer.lines)
    assert "approvals: {shadow: 0, canary: 0, wide: 0, adopted: 0, policy: 1," in team.read(
        "governance/govern.yaml"
    )
    assert validate(WorkingTree(team.root), "governance").ok


def test_ledger_opens_when_there_is_no_remote(tmp_path: Path) -> None:
    team = make_team(tmp_path, remote=False)
    team.init()
    assert team.shown == ["Wrote 9 documents, hooks and CI. Commit them to main?"]
    assert reading(team.context).state.opened


@pytest.mark.parametrize("remote", [True, False])
def test_documents_are_the_first_commit_when_there_is_none_yet(tmp_path: Path, remote: bool) -> None:
    root = tmp_path / "fresh"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(root))
    if remote:
        git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
        git(root, "remote", "add", "origin", str(tmp_path / "remote.git"))
    be(root, "ana")
    team = Team(root, None)
    assert team.unattended(model="m1").exit == ExitCode.YES
    assert reading(team.context).state.opened


def test_staged_and_changed_files_stay_as_they_are_when_documents_are_committed(team: Team) -> None:
    team.write("staged.txt", "mine\n")
    team.git("add", "staged.txt")
    team.write("loose.txt", "mine too\n")
    team.init()
    assert team.git("status", "--porcelain").splitlines() == ["A  staged.txt", "?? loose.txt"]


def test_hooks_and_ci_are_left_alone_when_they_are_there(team: Team) -> None:
    team.write(".pre-commit-config.yaml", "repos: []\n")
    team.git("add", "--all")
    team.git("commit", "--quiet", "--message=hooks")
    team.git("push", "--quiet")
    team.init()
    assert team.shown == ["Wrote 9 documents and CI. Commit and push them to main?"]
    assert team.read(".pre-commit-config.yaml") == "repos: []\n"


def test_documents_wait_when_main_is_protected_and_the_same_command_goes_on(team: Team) -> None:
    assert team.remote is not None
    protected = '[ "$1" != refs/heads/main ] || { echo "main is protected" >&2; exit 1; }'
    hook = script(team.remote / "hooks/update", protected)
    answer = team.init()
    assert (answer.exit, answer.advice) == (ExitCode.LEFT, ("next", "merge it, then: govern init"))
    assert any("main is protected" in line for line in answer.lines)
    team.git("push", "--quiet", "origin", "main:govern-init")
    assert team.unattended().exit == ExitCode.LEFT
    hook.unlink()
    team.git("push", "--quiet", "origin", "main")  # the merge
    assert team.unattended().lines[0].startswith("PUBLISHED: ledger opened, public on chat-b1")


def test_documents_wait_when_another_branch_is_checked_out(team: Team) -> None:
    team.git("switch", "--quiet", "--create", "setup")
    answer = team.init()
    assert team.shown == ["Wrote 9 documents, hooks and CI. Commit them to setup?"]
    assert (answer.exit, answer.advice) == (
        ExitCode.LEFT,
        ("next", "merge setup into main, then: govern init"),
    )
    team.git("push", "--quiet", "origin", "setup:main")
    assert team.unattended().exit == ExitCode.YES


def test_files_stay_when_the_answer_is_no(team: Team) -> None:
    answer = team.init(agree=False)
    assert answer.exit == ExitCode.LEFT
    assert (team.root / "governance/govern.yaml").is_file()
    with pytest.raises(RefusedError, match=r"is there already, and not committed: nothing was written"):
        team.init()


def test_nothing_stays_when_the_commit_is_refused(team: Team) -> None:
    before = team.stands()
    script(team.root / ".git/hooks/pre-commit", "echo no >&2; exit 1")
    with pytest.raises(RepositoryError, match="could not be committed"):
        team.init()
    assert team.stands() == before


def test_the_second_says_by_whom_and_when_the_ledger_was_opened(team: Team) -> None:
    team.init()
    with pytest.raises(RefusedError, match=f"the ledger is open already: by ana, {NOW}") as caught:
        team.unattended()
    assert caught.value.type_line == "govern status"


def test_one_wins_when_two_open_the_ledger_at_once(team: Team, tmp_path: Path) -> None:
    team.git("switch", "--quiet", "--create", "setup")
    team.init()
    team.git("push", "--quiet", "origin", "setup:main")
    git(tmp_path, "clone", "--quiet", str(team.remote), "other")
    be(tmp_path / "other", "ana")
    said: list[str] = []
    together = threading.Barrier(2)

    def begin(directory: Path) -> None:
        together.wait()
        try:
            said.append(init.run(Context(directory, NOW), yes=True).lines[0])
        except GovernError as error:
            said.append(error.message)

    threads = [threading.Thread(target=begin, args=(place,)) for place in (team.root, tmp_path / "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(line.partition(":")[0] for line in said) == ["PUBLISHED", "the ledger is open already"]


def test_faulty_documents_open_no_ledger_when_published(team: Team) -> None:
    team.write("governance/govern.yaml", "kind: workspace/v1\nid: main\n")
    team.git("add", "--all")
    team.git("commit", "--quiet", "--message=half")
    team.git("push", "--quiet")
    with pytest.raises(GovernError) as caught:
        team.unattended()
    assert caught.value.type_line == "govern validate"


BAD: list[tuple[str, dict[str, object], str, str | None]] = [
    (
        "a folder that shadows the program",
        {"folder": "govern"},
        "could shadow",
        "govern init --folder governance",
    ),
    ("a folder outside", {"folder": "../x"}, "cannot be the folder", "govern init --folder governance"),
    ("no prompt file", {"prompt": "prompts/system.v9.md"}, "nearest: system.v1.md", None),
    ("a prompt outside", {"prompt": "../x.md"}, "not a file of this repository", None),
    ("a surface with capitals", {"surface": "Chat Bot"}, "is no id", "govern init --surface chat-bot"),
    ("a branch that is not there", {"branch": "mian"}, "nearest: main", "govern init --branch main"),
    (
        "an approver without e-mail",
        {"approver": "ben"},
        "is no e-mail",
        "govern init --approver ben@example.com",
    ),
    (
        "an approver who is the author",
        {"approver": "ANA@example.com"},
        "your own",
        'govern init --approver ""',
    ),
    ("a model of two words", {"model": "gpt 4"}, "not one word", "govern init --model gpt-4"),
    ("no model", {"model": None}, "--model", "the same line with --model …"),
    ("no terminal and no --yes", {"yes": False}, "takes --yes", "the same line with --yes"),
    ("simulated without a time", {"simulated": True}, "GOVERN_NOW", f"export GOVERN_NOW={NOW}"),
]


@pytest.mark.parametrize(("options", "said", "line"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_nothing_changes_when_an_answer_is_bad(
    team: Team, options: dict[str, object], said: str, line: str | None
) -> None:
    before = team.stands()
    with pytest.raises((UsageError, RepositoryError)) as caught:
        init.run(team.context, **{**GIVEN, "yes": True, **options})  # type: ignore[arg-type]
    assert said in caught.value.message
    assert caught.value.type_line == line
    assert team.stands() == before


def detached(team: Team) -> None:
    team.git("checkout", "--quiet", "--detach")


def nobody(team: Team) -> None:
    team.git("config", "user.email", "")


def ahead(team: Team) -> None:
    team.git("commit", "--quiet", "--allow-empty", "--message=mine")


def behind(team: Team) -> None:
    ahead(team)
    team.git("push", "--quiet")
    team.git("reset", "--quiet", "--hard", "HEAD^")


def changed_prompt(team: Team) -> None:
    team.write("prompts/system.v1.md", "other\n")


def in_the_way(team: Team) -> None:
    team.write("governance/cohorts.yaml", "mine: true\n")


def silent_remote(team: Team) -> None:
    team.git("remote", "set-url", "origin", str(team.root / "gone"))


@pytest.mark.parametrize(
    ("spoil", "said", "line"),
    [
        (detached, "HEAD is detached", "git switch main"),
        (nobody, "no user.email", "git config user.email you@example.com"),
        (ahead, "has commits that origin has not", "git push origin main"),
        (behind, "is not the main of origin", "git pull --ff-only origin main"),
        (changed_prompt, "has changes that are not committed", None),
        (in_the_way, "governance/cohorts.yaml is there already", "govern init --folder governance-2"),
        (silent_remote, "origin did not answer", "govern init"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_nothing_changes_when_the_repository_is_not_ready(
    team: Team, spoil: Callable[[Team], None], said: str, line: str | None
) -> None:
    spoil(team)
    before = team.stands()
    with pytest.raises(GovernError) as caught:
        team.unattended(**GIVEN)
    assert said in caught.value.message
    assert line is None or caught.value.type_line == line
    assert team.stands() == before


def test_init_says_so_when_there_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="is not in a git repository"):
        init.run(Context(tmp_path, NOW), yes=True)


def test_a_slip_is_asked_again_when_there_is_a_terminal(team: Team) -> None:
    team.init("govern", "", "", "Chat Bot", "", "two words", "m1", "", "")
    assert reading(team.context).state.surfaces.keys() == {"chat"}


def test_a_refusal_is_said_once_and_not_with_those_before_it(team: Team) -> None:
    labels: list[str] = []
    typed = iter(("governance", "", "Chat Bot", "Chat Bot", "chat", "m1", "", ""))

    def ask(label: str, default: str) -> str:
        labels.append(label)
        return next(typed) or default

    init.run(team.context, ask=ask)
    again = [label for label in labels if "Once more" in label]
    assert len(again) == 2 and again[0] == again[1] and again[0].count("refused") == 1
    assert all(len(line) <= 80 for label in again for line in label.splitlines())


def test_time_comes_from_govern_now_when_the_ledger_is_simulated(team: Team) -> None:
    context = Context(team.root, NOW, simulated="2031-01-02T03:04:05Z")
    answer = init.run(context, yes=True, simulated=True, **GIVEN)  # type: ignore[arg-type]
    assert "SIMULATED" in answer.lines[-1]
    assert reading(context).state.at == "2031-01-02T03:04:05Z"
    assert 'anchor: "2031-01-02"' in team.read("governance/govern.yaml")


def test_people_get_ids_of_their_own_when_their_addresses_begin_alike() -> None:
    plan = Plan("governance", "main", "chat", "m", "", "A.Na@one.example", "a-na@two.example", "2026-11-20")
    assert list(plan.people) == ["a-na", "a-na-2"]
    assert b"a-na-2: {email: a-na@two.example}" in documents_for(plan)["governance/govern.yaml"]


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("prompts/system.v1.md", "v1"),
        ("prompts/system-v2.3.1.txt", "v2.3.1"),
        ("prompts/v4/system.md", "v4"),
        ("prompts/support.md", "support"),
        ("vector/rev1x.md", "rev1x"),
        ("prompts/my prompt.md", "my-prompt"),
    ],
)
def test_version_is_taken_from_the_path_when_it_names_one(path: str, version: str) -> None:
    assert version_of(path) == version
