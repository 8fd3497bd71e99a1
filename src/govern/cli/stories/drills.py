"""Two drills in one week: a package that nobody can trust yet, what its drills say of it, and the gate that asks."""

from govern.cli.stories.telling import Line, Part, Story
from govern.operations.demonstrate import Stage

PACKAGE = "governance/packages/integrity-l2.yaml"
HOLD, BY_ROUTE = "Hold new templates", "Hold new templates; route a checkpoint every 5 minutes"


def begin(there: Stage) -> None:
    """The ranking stands on the baseline from which the packet goes on."""
    workspace = there.clone / "governance/govern.yaml"
    text = workspace.read_text(encoding="utf-8")
    workspace.write_text(text.replace("baseline: ranking-b5 ", "baseline: ranking-b6 "), encoding="utf-8")
    there.publish("Begin")


def refine(there: Stage) -> None:
    """One thing of the package is changed, and merged."""
    package = there.clone / PACKAGE
    text = package.read_text(encoding="utf-8")
    package.write_text(text.replace(HOLD, BY_ROUTE), encoding="utf-8")
    there.publish("Route checkpoints every 5 minutes")


CHECK = "govern phase check ranker-v12"
PARTS: tuple[Part, ...] = (
    "A game team ranks mitigations by a model. When the ranking breaks, package integrity-l2 says what people do about"
    " it, in order, and undo. Everything here is made up but the arithmetic.",
    Line("2026-11-16T09:00:00Z", "mara", 'git add -A\ngit commit -qm "Begin"\ngit push -q', act=begin),
    Line("2026-11-16T09:05:00Z", "mara", "govern init --simulated"),
    Line("2026-11-16T09:10:00Z", "mara", "govern phase advance ranker-v12 --to shadow --yes"),
    "A trigger of the new ranking leads to that package, and nobody has ever tried it. The gate knows.",
    Line("2026-11-16T09:15:00Z", "mara", CHECK, 1, "never drilled"),
    "Monday: which card? One mixed signal a week at least, the package that is trusted least first.",
    Line("2026-11-16T09:20:00Z", "mara", "govern drill week", 0, "integrity-l2-mixed"),
    Line("2026-11-16T09:25:00Z", "jo", "govern drill brief integrity-l2-mixed"),
    "Wednesday, 45 minutes. At a terminal it asks and keeps the time; here the answers come from the sheet that the two"
    " filled in. Mismatches fall, and latency rises by 13.2 %. Mara tunes, Jo keeps: the rule decides, not the louder.",
    Line(
        "2026-11-18T14:50:00Z",
        "mara",
        "govern drill run integrity-l2-mixed --answers answers/2026-11-18.yaml",
        0,
        "score 77 of 100",
    ),
    "The way back was walked although nobody wanted it: on a throw-away clone, against the frozen baseline.",
    "Thursday, the second drill: routes are rebalanced, and rows that were closed come back.",
    Line(
        "2026-11-19T14:50:00Z",
        "jo",
        "govern drill run ownership-l2-reopen --answers answers/ownership-2026-11-19.yaml",
        0,
        "=> TUNE",
    ),
    "Friday: what each package counts for is published, and the gate reads it.",
    Line("2026-11-20T10:00:00Z", "mara", "govern drill week --publish"),
    Line("2026-11-20T10:05:00Z", "mara", CHECK, 1, "integrity-l2 77"),
    "To tune is a duty: one update, merged, that says what stays and what is refined. Then the same card again.",
    Line(
        "2026-11-23T09:00:00Z",
        "jo",
        f"$EDITOR {PACKAGE}\ngit commit -qam 'Route checkpoints every 5 minutes'\ngit push -q",
        act=refine,
    ),
    Line(
        "2026-11-23T09:05:00Z",
        "jo",
        "govern package update integrity-l2 --retained 'the strict snapshot gate'"
        " --refined 'a checkpoint is routed every 5 minutes, not every 10'",
    ),
    Line(
        "2026-11-25T14:50:00Z",
        "mara",
        "govern drill run integrity-l2-mixed --answers answers/2026-11-25.yaml",
        0,
        "77 -> 100, +23",
    ),
    Line("2026-11-27T10:00:00Z", "mara", "govern drill week --publish", 0, "+23 week over week"),
    Line("2026-11-27T10:05:00Z", "mara", "govern drill history"),
    "The gate asks for the pairs now; it asks for the package no more. No figure of an incident has moved.",
    Line("2026-11-27T10:10:00Z", "mara", CHECK + " -v", 1, "passed  package_confidence"),
    Line("2026-11-27T10:15:00Z", "mara", "govern audit"),
)
STORY = Story("team", PARTS, "2026-11-27T10:20:00Z", "mara")
