"""The codes of faults in a ledger, in words for people. Finding them is the business of history and audit."""

from enum import StrEnum

from govern.domain.findings import Finding, Severity


class Fault(StrEnum):
    NOT_LINEAR = "GOV-AUD-001"
    REMOVED = "GOV-AUD-002"
    EDITED = "GOV-AUD-003"
    FOREIGN_PATH = "GOV-AUD-004"
    CHAIN = "GOV-AUD-005"
    CANONICAL_FORM = "GOV-AUD-006"
    INPUT_FORGED = "GOV-AUD-007"
    INPUT_MISSING = "GOV-AUD-008"
    BACK_DATED = "GOV-AUD-009"
    FUTURE = "GOV-AUD-010"
    NOT_ON_MAIN = "GOV-AUD-011"
    BYTES_NOT_AT_MAIN = "GOV-AUD-012"
    OLDER_MAIN = "GOV-AUD-013"
    STALE_DOCUMENTS = "GOV-AUD-014"
    POLICY_NOT_IN_FORCE = "GOV-AUD-015"
    WOULD_REFUSE = "GOV-AUD-016"
    BODY_DIFFERS = "GOV-AUD-017"
    REWRITTEN = "GOV-AUD-018"
    MAIN_NOT_HERE = "GOV-AUD-019"
    RULES_NOT_SHIPPED = "GOV-AUD-020"
    SERVING_DIFFERS = "GOV-AUD-021"
    VOID = "GOV-AUD-022"


# A commit with one of these breaks the ledger: what it held before can no longer be relied on.
BREAKING = frozenset(
    {Fault.NOT_LINEAR, Fault.REMOVED, Fault.EDITED, Fault.FOREIGN_PATH, Fault.CHAIN, Fault.CANONICAL_FORM}
)

SEVERITY: dict[str, Severity] = {Fault.STALE_DOCUMENTS: "warning", Fault.MAIN_NOT_HERE: "note"}


def finding(fault: Fault, message: str, path: str = "", hint: str = "") -> Finding:
    return Finding(fault, SEVERITY.get(fault, "error"), message, path, hint=hint)


_RESTORE = "Find out who pushed it, push the last commit that holds back, and protect the branch."
_ACKNOWLEDGE = "Find out how it came to be; acknowledge an honest slip with `govern audit --acknowledge`."

# code: (title, why it matters, how to mend it)
CODES: dict[str, tuple[str, str, str]] = {
    Fault.NOT_LINEAR: (
        "The ledger is not one line of commits",
        "Every commit of the ledger has exactly one parent, the first has none. A merge or a second root"
        " could bring in records that no command decided at the tip.",
        _RESTORE,
    ),
    Fault.REMOVED: (
        "A file was removed from the ledger",
        "Records and inputs are only ever added. What is taken away cannot be decided again.",
        _RESTORE,
    ),
    Fault.EDITED: (
        "A file of the ledger was edited",
        "Records and inputs are never changed. A mistake is answered by a newer record.",
        _RESTORE,
    ),
    Fault.FOREIGN_PATH: (
        "A file does not belong into the ledger",
        "The ledger holds records/, inputs/ and serving/ with plain files of known names, and nothing else.",
        "Keep other files on the documents branch. " + _RESTORE,
    ),
    Fault.CHAIN: (
        "A record does not continue the chain",
        "Place, number in the ledger, number in the stream, digest of the record before it and the ledger's"
        " own digest must fit, or records could be left out, put in, reordered or copied from another"
        " repository.",
        _ACKNOWLEDGE,
    ),
    Fault.CANONICAL_FORM: (
        "A record is not in the form that govern writes",
        "There is one form for every record. Other bytes were written by hand or changed on the way.",
        "Never write records by hand; use the command that writes this event.",
    ),
    Fault.INPUT_FORGED: (
        "An input does not hash to its name",
        "Decisions are decided again from inputs/; the name of each is the SHA-256 of its bytes.",
        _RESTORE,
    ),
    Fault.INPUT_MISSING: (
        "The bytes that a decision read are not in the ledger",
        "Without them the decision cannot be decided again.",
        "Fetch the whole ledger branch. If they were never there, the record was not written by govern.",
    ),
    Fault.BACK_DATED: (
        "A record is older than the one before it",
        "`at` never falls along the ledger and is not before the commit of the documents branch that was"
        " read.",
        _ACKNOWLEDGE,
    ),
    Fault.FUTURE: (
        "A record lies in the future",
        "No record may be more than five minutes ahead when it is first seen: all later ones would inherit"
        " its time.",
        "Set the clock of the machine that wrote it. " + _ACKNOWLEDGE,
    ),
    Fault.NOT_ON_MAIN: (
        "The documents were not read from the documents branch",
        "A decision reads what was published. The commit that it names never was a tip of that branch.",
        _ACKNOWLEDGE,
    ),
    Fault.BYTES_NOT_AT_MAIN: (
        "The named commit does not hold the bytes that were read",
        "The record names documents by path and digest; at its commit of the documents branch they are"
        " different.",
        _ACKNOWLEDGE,
    ),
    Fault.OLDER_MAIN: (
        "The documents branch went back",
        "Along the ledger the commit of the documents branch only goes forward; an older one would bring"
        " back documents that had been replaced.",
        _ACKNOWLEDGE,
    ),
    Fault.STALE_DOCUMENTS: (
        "A newer version of a document was already published",
        "When the decision was made, a commit of the documents branch had already changed what it read. An"
        " edit that lands in the same seconds looks like this too.",
        "Check whether the newer document would have changed the answer.",
    ),
    Fault.POLICY_NOT_IN_FORCE: (
        "The record names a policy that was not in force",
        "In force is the policy of the last `policy_changed`, never that of the documents branch.",
        _ACKNOWLEDGE,
    ),
    Fault.WOULD_REFUSE: (
        "Decided again, the answer is no",
        "The rules in force at this place would have refused what was recorded. The record has no effect.",
        _ACKNOWLEDGE,
    ),
    Fault.BODY_DIFFERS: (
        "Decided again, the record says something else",
        "From the same documents, records and evidence the same record must come out.",
        _ACKNOWLEDGE,
    ),
    Fault.REWRITTEN: (
        "The history of the ledger was rewritten",
        "A tip that was seen before is no longer part of the ledger.",
        "Find the lost commits in a clone that still has them, and protect the branch against force pushes.",
    ),
    Fault.MAIN_NOT_HERE: (
        "The documents branch is not here",
        "Without its history nobody can say whether decisions read published documents. Everything else was"
        " checked.",
        "git fetch --unshallow",
    ),
    Fault.RULES_NOT_SHIPPED: (
        "This version does not have the rules of the record",
        "The record was decided by rules with another number, so it cannot be decided again here.",
        "Install a version that has them.",
    ),
    Fault.SERVING_DIFFERS: (
        "A serving file is not what the bindings say",
        "serving/ is generated and changes in the same commit as a binding; applications read it.",
        _RESTORE,
    ),
    Fault.VOID: (
        "A record has no effect",
        "The rules would not have let its command write it: the role, the phase or the events do not fit.",
        _ACKNOWLEDGE,
    ),
}
