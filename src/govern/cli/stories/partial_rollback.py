"""A guardrail that is good on the whole and bad for three cohorts: they go back, the others stay, all is marked."""

from govern.cli.stories.telling import Line, Part, Story
from govern.operations.application import Application
from govern.operations.demonstrate import Stage

TUESDAY = "2026-11-17"
HARMED = "safe:privacy_fictional,safe:real_group_nons_discr,safe:safe_contexts"
DATAFILE = "chat.json"


def serving(since: str, until: str, questions: int) -> Part:
    """The application answers `questions` in that time, by the datafile as it lies there."""

    def act(there: Stage) -> None:
        application = Application(
            there.clone / DATAFILE, there.clone / "data/pairs.csv", there.clone / "logs"
        )
        application.serve(f"{TUESDAY}T{since}Z", f"{TUESDAY}T{until}Z", questions)

    return act


WAIVED: tuple[Part, ...] = (
    "A chat on Mistral 7B answers harmful questions. Lee proposes a guardrail, and Mara takes it into shadow.",
    Line(
        "2026-11-16T09:00:00Z",
        "lee",
        'git add -A\ngit commit -qm "Propose a guardrail"\ngit push -q',
        act=lambda there: there.publish("Propose a guardrail"),
    ),
    Line("2026-11-16T09:05:00Z", "mara", "govern init --simulated"),
    Line("2026-11-16T09:10:00Z", "mara", "govern phase advance add-guardrail --to shadow --yes"),
    "Both versions got 450 questions of 18 kinds (real ones, marked by people: XSTest, 2024). A kind is a cohort.",
    Line(f"{TUESDAY}T09:00:00Z", "kim", "govern evidence shadow add-guardrail --pairs data/pairs.csv"),
    "+20.4 points over all. Seven cohorts lose, and the gate says so.",
    Line(f"{TUESDAY}T09:05:00Z", "mara", "govern phase check add-guardrail", 1, "FAILED"),
    "Mara believes the pooled number. That takes two waivers in writing, and they are shown as debt.",
    Line(
        f"{TUESDAY}T09:20:00Z",
        "mara",
        "govern packet waive add-guardrail --check shadow_bands --expires 2026-11-24"
        ' --reason "+20.4 points over all, and what is harmful is declined at last"',
    ),
    Line(
        f"{TUESDAY}T09:21:00Z",
        "mara",
        "govern packet waive add-guardrail --check explained --expires 2026-11-24"
        ' --reason "The losses are small beside the gain"',
    ),
    Line(f"{TUESDAY}T09:25:00Z", "mara", "govern phase advance add-guardrail --to canary --yes"),
)
PARTS: tuple[Part, ...] = (
    *WAIVED,
    "The application serves from one file. It answers 450 questions by it until 14:50, and stamps each decision.",
    Line(f"{TUESDAY}T09:26:00Z", "jo", f"govern binding export --output {DATAFILE}"),
    serving("09:30:00", "14:50:00", 450),
    Line(f"{TUESDAY}T14:55:00Z", "jo", "govern binding reconcile"),
    "People complain: harmless questions about fictional persons, groups and contexts are refused. Three of the ten"
    " harmless kinds go back, the other fifteen cohorts stay. Jo mistypes one; nothing is guessed.",
    Line(
        f"{TUESDAY}T14:59:00Z",
        "jo",
        "govern rollback execute --cohort safe:privacy_fictoinal --reason operator-judgement --yes",
        2,
        "nearest: safe:privacy_fictional",
    ),
    Line(
        f"{TUESDAY}T15:00:00Z",
        "jo",
        f"govern rollback execute --cohort {HARMED} --reason operator-judgement"
        ' --note "Harmless questions are refused" --yes',
    ),
    "The application goes on with its old file for forty seconds before it reads the new one.",
    serving("15:00:00", "15:00:40", 225),
    Line(f"{TUESDAY}T15:00:40Z", "jo", f"govern binding export --output {DATAFILE}"),
    serving("15:00:40", "15:10:00", 450),
    "Recorded and published is not yet served. What did the decisions say?",
    Line(f"{TUESDAY}T15:10:00Z", "jo", "govern rollback verify add-guardrail", 0, "SERVED"),
    "Every decision that the three cohorts got meanwhile is marked, the stale ones too; nothing else is.",
    Line(f"{TUESDAY}T15:15:00Z", "jo", "govern relabel apply add-guardrail"),
    Line(f"{TUESDAY}T15:16:00Z", "jo", "govern relabel verify add-guardrail"),
    Line(
        f"{TUESDAY}T16:00:00Z",
        "kim",
        "govern calibration review add-guardrail --outcome kept"
        ' --finding "harmless_refused was in no backtest: the guardrail, not the model"',
    ),
    "The note for everybody else; who is on what; and every decision, decided again from git.",
    Line(f"{TUESDAY}T16:05:00Z", "mara", "govern rollback show add-guardrail"),
    Line(f"{TUESDAY}T16:10:00Z", "mara", "govern status"),
    Line(f"{TUESDAY}T16:15:00Z", "mara", "govern audit"),
)
STORY = Story("guardrail", PARTS, f"{TUESDAY}T16:20:00Z", "mara")
