"""Files beside the documents that are decided by: the SQL of KPIs, with PromQL, and replay sets of criteria.

PromQL stands in the KPI's document and is frozen with it. SQL stands in a file that the document only names, so its
text is frozen beside it: `queries/KPI` names its digest. A replay set is frozen only where it can be read. What a
query answers is not asked here.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from govern.domain.decision import Refusal
from govern.domain.document import Document, Documents, Value
from govern.domain.windows import duration

FOLDER = "queries/"
REPLAY_SETS = "replay_sets/"
WINDOW = "$window"  # in PromQL: the length of a window, as it is written there
Kpi = Mapping[str, Any]


def frozen_name(kpi_id: str) -> str:
    """The name under which a packet freezes the text."""
    return f"{FOLDER}{kpi_id}"


def parameter(kpi_id: str) -> str:
    """The parameter of a record that holds the digest of the SQL, or the PromQL as it was asked."""
    return f"query_{kpi_id.replace('-', '_')}"[:63]


def sql_file(kpi: Kpi) -> str | None:
    """The file with the SQL that a KPI is measured by."""
    measure = kpi["measure"]
    return measure.get("sql") if isinstance(measure, Mapping) else None


def promql(kpi: Kpi) -> str | None:
    """The PromQL that a KPI is measured by, as it is written."""
    measure = kpi["measure"]
    return measure.get("promql") if isinstance(measure, Mapping) else None


def resolved(query: str, length: str) -> str:
    """PromQL as it is asked for windows of a length."""
    return query.replace(WINDOW, f"{duration(length) // timedelta(seconds=1)}s")


def replay_set(criteria: Mapping[str, Any]) -> str | None:
    """The file that names the replay packs which criteria require."""
    named = (rule.get("replay_set") for rule in criteria["criteria"].values())
    return next((path for path in named if path is not None), None)


def replay_set_name(criteria_id: str) -> str:
    """The name under which that file is frozen."""
    return f"{REPLAY_SETS}{criteria_id}"


def packs_of(value: Value) -> tuple[str, ...]:
    """The packs that a replay set names; none where it is no such file."""
    named = value.get("packs") if isinstance(value, Mapping) else None
    if not isinstance(named, list) or not all(isinstance(pack, str) for pack in named):
        return ()
    return tuple(dict.fromkeys(named))


def texts(documents: Documents, parts: Iterable[Document]) -> dict[str, bytes]:
    """The text of every file that the documents name and are decided by, under its frozen name: SQL, replay sets.

    A file that is not there is left out: `validate` finds it. So does a record from before texts were frozen: it did
    not read the file. A Refusal where a replay set names no packs: no lane could ever be judged by it.
    """
    found: dict[str, bytes] = {}
    for part in parts:
        path, name = None, ""
        if part.kind == "kpi":
            path, name = sql_file(part.value), frozen_name(part.id)
        elif part.kind == "criteria":
            path, name = replay_set(part.value), replay_set_name(part.id)
        text = documents.text(path) if path is not None else None
        if text is not None and part.kind == "criteria" and not packs_of(documents.parsed(text)):
            raise Refusal(f"{path} names no replay packs: `packs: [ID, ...]`", type_line="govern validate")
        if text is not None:
            found[name] = text.encode()
    return found
