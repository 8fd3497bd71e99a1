"""What the codes of measured files and of decision logs mean; explaining them needs no measurement."""

from govern.domain.rules.view import Explanation

CODES = {
    "GOV-EVD-001": Explanation(
        "a column is missing",
        "One row is one option, scored by prev and by next; without the column a row cannot be counted.",
        "Rename or add the column that the finding names.",
    ),
    "GOV-EVD-002": Explanation(
        "the same option twice",
        "A second score of one option is no new evidence; counted twice it would make a small sample look large.",
        "Keep one row for each option_id.",
    ),
    "GOV-EVD-003": Explanation(
        "a row was bound to next",
        "In shadow prev decides every case. Where next decided, people were already served by it.",
        "Find what let next decide, and mend that before anything is measured.",
    ),
    "GOV-EVD-004": Explanation(
        "a value cannot be read",
        "A value that is guessed at would count in the gate as if it had been measured.",
        "Write what the finding says the column takes, and leave a score empty where there is none.",
    ),
    "GOV-EVD-005": Explanation(
        "a score out of range",
        "Bands are in points of the range; a score outside belongs to another scale.",
        "Mend the score, or the `range` of the KPI if scores may really be so.",
    ),
    "GOV-EVD-006": Explanation(
        "a cohort that is not of this packet",
        "Gates judge the cohorts that the packet covers, each alone. Rows of others decide nothing.",
        "Mend the key, or cover the cohort in the packet.",
    ),
    "GOV-EVD-007": Explanation(
        "other model versions than the packet's",
        "Pairs of another version say nothing about this change.",
        "Measure again with the packet's prev and next.",
    ),
    "GOV-EVD-008": Explanation(
        "no row at all",
        "An empty file is no measurement, and no data is never a pass.",
        "Point at the file that holds the pairs.",
    ),
    "GOV-EVD-009": Explanation(
        "the file cannot be read to its end",
        "Rows that are lost in reading would be missing from the count without a word.",
        "Write the file again, whole, in the form that its suffix names.",
    ),
    "GOV-EVD-010": Explanation(
        "no cohort key",
        "A row without a key belongs to no cohort, so no gate can judge it.",
        "Write the key of the cohort that was served: printable ASCII without space, quote or comma.",
    ),
    "GOV-EVD-011": Explanation(
        "a column of the decision log is missing",
        "One row is one decision with the stamp of what decided it; without the column nobody can tell who was "
        "served by what.",
        "Rename or add the column that the finding names.",
    ),
    "GOV-EVD-012": Explanation(
        "a decision without id or surface",
        "A decision that cannot be named cannot be marked, and one without a surface was bound by nothing.",
        "Write the id and the surface of every decision.",
    ),
    "GOV-EVD-013": Explanation(
        "a time that cannot be read",
        "Whether a decision lies in an incident, and what was bound then, is asked by its time.",
        "Write every time as a date and a time of day in UTC: 2026-11-20T02:10:21Z.",
    ),
    "GOV-EVD-014": Explanation(
        "times with a zone and times without",
        "Which of the bare times are UTC nobody can know; hours too early or too late they would be held against "
        "the wrong binding. Where no time names a zone, all are taken as UTC, with a note.",
        "Write every time in UTC with a Z.",
    ),
    "GOV-EVD-015": Explanation(
        "the same decision more than once",
        "Each decision is counted and marked once; counted twice it would make a sample look larger.",
        "Point at each file of the log once, and keep one row for each decision_id.",
    ),
    "GOV-EVD-016": Explanation(
        "no decision at all",
        "A log without a decision proves nothing, and no data is never a pass.",
        "Point at the log that holds the time asked for.",
    ),
    "GOV-EVD-017": Explanation(
        "a measure of the team gives no measurement",
        "A KPI with a query of its own reads the decision log through one SELECT. It sees the tables `decisions` "
        "and `windows`, and answers with the columns cohort, window, n and value; it may add k and arm.",
        "Mend the query: one row for each cohort and window, n and k whole numbers, the value a number in the "
        "KPI's unit.",
    ),
    "GOV-EVD-018": Explanation(
        "a column of replay results is missing",
        "One row is one replayed decision; without the column a criterion of the lane could not be judged.",
        "Rename or add the column that the finding names.",
    ),
    "GOV-EVD-019": Explanation(
        "a replayed decision cannot be counted",
        "A value that is guessed at would decide whether a cohort comes back as if it had been seen.",
        "Write what the finding says the column takes.",
    ),
    "GOV-EVD-020": Explanation(
        "replay results of another pack or build",
        "A replay is of one pack and one candidate build: a repaired build is judged on its own.",
        "Write a file for each pack and build, and name them as the file does.",
    ),
    "GOV-EVD-021": Explanation(
        "no replayed decision of the cohort",
        "Results of other cohorts say nothing of this one, and no data is never a pass.",
        "Replay the cohort's own decisions, or point at the file that holds them.",
    ),
}
