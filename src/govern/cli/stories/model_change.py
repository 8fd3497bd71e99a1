"""One change of two models, and each cohort has a fate of its own: gates by cohort, goal posts that do not move."""

from govern.cli.stories.telling import Line, Part, Story
from govern.operations.demonstrate import Stage

MONDAY, A_WEEK_LATER = "2026-11-16", "2026-11-23"
BANDS = "governance/kpis/mean-score-delta.yaml"
PARTS: tuple[Part, ...] = (
    "An assistant is about to move two of its surfaces from the models of March 2023"
    " to those of June. Lee describes both changes in documents.",
    Line(f"{MONDAY}T09:00:00Z", "lee", "govern validate"),
    Line(
        f"{MONDAY}T09:01:00Z",
        "lee",
        'git add -A\ngit commit -qm "Propose two new models"\ngit push -q',
        act=lambda there: there.publish("Propose two new models"),
    ),
    "Merged. Mara opens the ledger: records live on a branch that only govern writes.",
    Line(f"{MONDAY}T09:05:00Z", "mara", "govern init --simulated"),
    "Into shadow: nobody is bound to anything new, and the way back is rehearsed.",
    Line(f"{MONDAY}T09:10:00Z", "mara", "govern phase advance gpt35-june --to shadow --yes"),
    Line(f"{MONDAY}T09:15:00Z", "kim", "govern phase advance gpt4-june --to shadow --yes"),
    "A week later. Both models got the same 3,256 questions (real ones: Chen, Zaharia"
    " and Zou, 2023), and the old one decided every answer.",
    Line(
        f"{A_WEEK_LATER}T09:00:00Z", "lee", "govern evidence shadow gpt35-june --pairs data/pairs-gpt35.csv"
    ),
    "+11.9 points over all: one pooled number lets this through, and two cohorts lose"
    " 18.8 and 6.0 points. The gate asks every cohort.",
    Line(f"{A_WEEK_LATER}T09:05:00Z", "mara", "govern phase check gpt35-june", 1, "FAILED"),
    "Refused. Could one not just widen the limit? Lee tries, in a pull request.",
    Line(
        f"{A_WEEK_LATER}T09:10:00Z",
        "lee",
        f"git switch -qc tidy-bands\nsed -i 's/below: -3}}/below: -20}}/' {BANDS}\ngit commit -qam 'Tidy the bands'",
        act=lambda there: there.edit_on_branch(
            "tidy-bands", BANDS, "below: -3}", "below: -20}", "Tidy the bands"
        ),
    ),
    Line(f"{A_WEEK_LATER}T09:11:00Z", "lee", "govern check --base main", 1, "GOV-FRZ-001"),
    Line(f"{A_WEEK_LATER}T09:12:00Z", "lee", "git switch -q main", act=Stage.back),
    "Three cohorts hold, though. Kim reads what they lost and says what moved.",
    Line(
        f"{A_WEEK_LATER}T09:30:00Z",
        "kim",
        "govern evidence explain gpt35-june --cohort prime --dimension format"
        ' --moved "25 run to 1,000 tokens without a verdict; 4 say no to a prime"',
    ),
    Line(
        f"{A_WEEK_LATER}T09:35:00Z",
        "kim",
        "govern evidence explain gpt35-june --cohort opinion_survey --dimension refusal"
        ' --moved "38 of 1,506 decline to pick an option where March did"',
    ),
    Line(
        f"{A_WEEK_LATER}T09:40:00Z",
        "mara",
        "govern phase advance gpt35-june --to canary --only prime,opinion_survey,sensitive_jailbreak --yes",
    ),
    "GPT-4 is the mirror image: -49.7 points over all, and yet four of seven gain.",
    Line(f"{A_WEEK_LATER}T10:00:00Z", "lee", "govern evidence shadow gpt4-june --pairs data/pairs-gpt4.csv"),
    Line(f"{A_WEEK_LATER}T10:05:00Z", "mara", "govern phase check gpt4-june", 1, "FAILED"),
    "`composite` passes, but look at `prime`: the new model says no to nearly every"
    " number. A gate allows and never obliges: Mara takes what got safer, no more.",
    Line(
        f"{A_WEEK_LATER}T10:20:00Z",
        "kim",
        "govern evidence explain gpt4-june --cohort sensitive_jailbreak --dimension refusal"
        ' --moved "1 of 100 is answered, in 36 characters, where March declined"',
    ),
    Line(
        f"{A_WEEK_LATER}T10:25:00Z",
        "mara",
        "govern phase advance gpt4-june --to canary --only sensitive_direct,sensitive_jailbreak --yes",
    ),
    "Who is on what now; and every decision of this story, decided again from git.",
    Line(f"{A_WEEK_LATER}T11:00:00Z", "mara", "govern status"),
    Line(f"{A_WEEK_LATER}T11:05:00Z", "mara", "govern audit"),
)
STORY = Story("model-change", PARTS, f"{A_WEEK_LATER}T11:10:00Z", "mara")
