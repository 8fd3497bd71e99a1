"""What the codes of single documents mean; those of the file format stand in `yaml_codes`."""

from govern.domain.rules.view import Explanation

CODES = {
    "GOV-DOC-001": Explanation(
        "wrong kind",
        "The first line says what a document is and by which schema it is read.",
        "Write `kind:` with a kind of `govern schema list`, such as packet/v1.",
    ),
    "GOV-DOC-002": Explanation(
        "required field missing",
        "Whatever a decision reads stands in the file; nothing is implied.",
        "Add the field; `govern schema show KIND` describes it.",
    ),
    "GOV-DOC-003": Explanation(
        "wrong type",
        "A text where a number is wanted would be compared letter by letter.",
        "Write a value of the type that the finding names.",
    ),
    "GOV-DOC-004": Explanation(
        "unknown field",
        "A field that nobody reads looks as if it had force; most are slips of spelling.",
        "Take the nearest name, or take the field out.",
    ),
    "GOV-DOC-005": Explanation(
        "not one of the allowed values",
        "The list is closed, so that every value has one meaning.",
        "Take one of the values that the finding lists.",
    ),
    "GOV-DOC-006": Explanation(
        "wrong form",
        "Ids, dates, durations and digests are compared as text and must have one spelling.",
        "Write it like the example in the finding.",
    ),
    "GOV-DOC-007": Explanation(
        "too many, too few or out of range",
        "The limits are part of the discipline, or keep a file readable in an incident.",
        "Stay within the limit that the finding names.",
    ),
    "GOV-DOC-008": Explanation(
        "file name is not the id",
        "A document is found by its id; one rule gives folder and file name.",
        "Rename the file to ID.yaml, or mend the id.",
    ),
    "GOV-DOC-009": Explanation(
        "folder is not that of the kind",
        "One rule derives the folder from the kind; elsewhere nobody looks.",
        "Move the file to the folder that the finding names.",
    ),
    "GOV-DOC-010": Explanation(
        "not a place for documents",
        "A document outside the known folders is read by nobody and looks as if it had force.",
        "Move or rename it as the finding says; other YAML belongs outside this folder.",
    ),
    "GOV-DOC-011": Explanation(
        "id used twice",
        "References could mean either; on some disks ids that differ in case are one file.",
        "Give one of the two documents another id.",
    ),
    "GOV-DOC-012": Explanation(
        "a file that the workspace needs is missing",
        "People, roles, surfaces and cohorts are read from there.",
        "Write it, or let `govern init` do it.",
    ),
    "GOV-TRG-001": Explanation(
        "cannot be shown to be false",
        "A trigger is a number, a window and a count, agreed in advance. A mood cannot be checked later.",
        "Write window, condition and counter. Judgement needs no trigger: it is a reason for a rollback.",
    ),
    "GOV-PKT-003": Explanation(
        "more than five KPIs",
        "In an incident nobody reads the sixth.",
        "Take one out of the packet; its file may stay, it is then measured and not gated.",
    ),
}
