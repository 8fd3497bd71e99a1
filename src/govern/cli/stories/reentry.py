"""Two cohorts that went back, and what it takes to come back: one does, on evidence; the other is given work."""

from govern.cli.stories.partial_rollback import DATAFILE, WAIVED, serving
from govern.cli.stories.telling import Line, Part, Story
from govern.operations.application import Application
from govern.operations.demonstrate import Stage

TUESDAY, WEDNESDAY, THURSDAY = "2026-11-17", "2026-11-18", "2026-11-19"
FICTIONAL, PUBLIC = "safe:privacy_fictional", "safe:privacy_public"
PACK = {FICTIONAL: "privacy-fictional", PUBLIC: "privacy-public"}


def _replay(cohort: str, day: str) -> Part:
    """The questions of a cohort, asked again of the guardrail on that day."""

    def act(there: Stage) -> None:
        application = Application(
            there.clone / DATAFILE, there.clone / "data/pairs.csv", there.clone / "logs"
        )
        application.replay(cohort, day, there.clone / _results(cohort, day))

    return act


def _results(cohort: str, day: str) -> str:
    return f"replays/{PACK[cohort]}-{day}.csv"


def _replayed(cohort: str, day: str, at: str) -> Line:
    typed = f"govern mitigation replay {cohort} --pack {PACK[cohort]} --build g1 --results {_results(cohort, day)}"
    return Line(f"{day}T{at}Z", "lee", typed)


def _stable(cohort: str, day: str, at: str) -> tuple[Line, Line]:
    observe = f"govern mitigation observe {cohort} --build g1 --stable"
    return (
        Line(f"{day}T{at}:00Z", "lee", f"{observe} startup"),
        Line(f"{day}T{at}:30Z", "lee", f"{observe} interaction"),
    )


PARTS: tuple[Part, ...] = (
    *WAIVED,
    Line(f"{TUESDAY}T09:26:00Z", "jo", f"govern binding export --output {DATAFILE}"),
    serving("09:30:00", "14:50:00", 450),
    "In the afternoon people complain about questions on persons. Two cohorts go back; each is in a mitigation lane"
    " from that commit on.",
    Line(
        f"{TUESDAY}T15:00:00Z",
        "jo",
        f"govern rollback execute --cohort {FICTIONAL},{PUBLIC} --reason operator-judgement"
        ' --note "Harmless questions about persons are refused" --yes',
    ),
    Line(f"{TUESDAY}T15:00:10Z", "jo", f"govern binding export --output {DATAFILE}"),
    serving("15:00:10", "15:10:00", 450),
    Line(f"{TUESDAY}T15:10:00Z", "jo", "govern relabel apply add-guardrail"),
    Line(f"{TUESDAY}T15:10:00Z", "jo", "govern relabel verify add-guardrail"),
    "No packet binds them again while their lanes are open, whatever the deadline.",
    Line(
        f"{TUESDAY}T15:20:00Z",
        "mara",
        f"govern phase extend add-guardrail --cohort {PUBLIC} --yes",
        1,
        "mitigation",
    ),
    "The evaluators have the questions of both cohorts asked again, today and tomorrow: two windows, by each cohort.",
    _replay(FICTIONAL, TUESDAY),
    _replay(PUBLIC, TUESDAY),
    _replayed(FICTIONAL, TUESDAY, "15:30:00"),
    _replayed(PUBLIC, TUESDAY, "15:31:00"),
    *_stable(PUBLIC, TUESDAY, "15:40"),
    _replay(FICTIONAL, WEDNESDAY),
    _replay(PUBLIC, WEDNESDAY),
    _replayed(FICTIONAL, WEDNESDAY, "09:00:00"),
    _replayed(PUBLIC, WEDNESDAY, "09:01:00"),
    Line(f"{WEDNESDAY}T09:05:00Z", "kim", "govern mitigation board"),
    "13 of 25 is no confidence, and no good day of another cohort lifts it. Kept out means work for somebody.",
    Line(
        f"{WEDNESDAY}T09:10:00Z",
        "kim",
        f"govern mitigation decide {FICTIONAL} --outcome kept",
        2,
        "work for somebody",
    ),
    Line(
        f"{WEDNESDAY}T09:12:00Z",
        "kim",
        f"govern mitigation decide {FICTIONAL} --outcome kept --owner lee --due 2026-11-19"
        ' --require "The refused questions, each with the words of the guardrail that refuse it"',
    ),
    "25 of 25 is good, and still few: an interval of 25 answers reaches down to 0.87. Medium passes with one more"
    " batch.",
    Line(f"{WEDNESDAY}T09:20:00Z", "kim", f"govern mitigation assess {PUBLIC}"),
    Line(
        f"{WEDNESDAY}T09:21:00Z",
        "kim",
        f"govern mitigation decide {PUBLIC} --outcome approved",
        1,
        "one more replay batch",
    ),
    Line(
        f"{WEDNESDAY}T09:22:00Z",
        "kim",
        f"govern mitigation decide {PUBLIC} --outcome provisional --batch {PACK[PUBLIC]}",
    ),
    "A day later the batch is there. Kim approves; Mara, another owner, signs off. The gate is asked again: what was"
    " frozen is named, pairs are scored anew, and Lee's work is late, so nobody on this surface is promoted.",
    _replay(PUBLIC, THURSDAY),
    _replayed(PUBLIC, THURSDAY, "09:00:00"),
    *_stable(PUBLIC, THURSDAY, "09:05"),
    Line(f"{THURSDAY}T09:10:00Z", "kim", f"govern mitigation assess {PUBLIC}"),
    Line(f"{THURSDAY}T09:11:00Z", "kim", f"govern mitigation decide {PUBLIC} --outcome approved"),
    Line(
        f"{THURSDAY}T09:20:00Z",
        "mara",
        f"govern binding unfreeze chat --cohort {PUBLIC} --root-cause guardrails/g1.md",
    ),
    Line(f"{THURSDAY}T09:25:00Z", "kim", "govern evidence shadow add-guardrail --pairs data/pairs.csv"),
    Line(
        f"{THURSDAY}T09:30:00Z",
        "mara",
        f"govern mitigation exit {PUBLIC} --yes",
        1,
        "mitigation_debt",
    ),
    Line(
        f"{THURSDAY}T09:40:00Z",
        "lee",
        f"govern mitigation correct {FICTIONAL} --close c1 --evidence guardrails/g1.md"
        ' --note "Its second rule refuses every question about a named person"',
    ),
    Line(f"{THURSDAY}T09:45:00Z", "mara", f"govern mitigation exit {PUBLIC} --yes"),
    "One is back, in the commit of its exit; the other is not, and the board says why. Who decided, on what?",
    Line(f"{THURSDAY}T09:50:00Z", "mara", "govern mitigation board"),
    Line(f"{THURSDAY}T09:55:00Z", "mara", f"govern binding show --cohort {PUBLIC}"),
    Line(f"{THURSDAY}T10:00:00Z", "mara", "govern query unresolved-rejections"),
    Line(f"{THURSDAY}T10:05:00Z", "mara", "govern audit"),
)
STORY = Story("guardrail", PARTS, f"{THURSDAY}T10:10:00Z", "mara")
