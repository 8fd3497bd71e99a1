"""A signer packet: a sample of stamps with the bindings they are checked against, for a partner outside.

The folder stands by itself: who opens it needs Python's own library, and neither this program nor the repository.
Unit keys are not handed over, so in a split either side is right for the partner; the recorded sample knows better.
"""

import shutil
from collections.abc import Iterable, Mapping
from hashlib import file_digest
from pathlib import Path
from typing import Any

from govern.documents.schemas import folder as schemas
from govern.domain.document import canonical, digest_of
from govern.domain.state import Binding
from govern.operations.bound import timeline
from govern.operations.decide import Outcome
from govern.operations.evidence.stamps import Sampled
from govern.operations.evidence.timelines import lags
from govern.operations.naming import records
from govern.operations.new_folder import laid, pretty
from govern.operations.workspace import Workspace

FORMAT = "govern-signer-packet/1"
SCHEMA = "stamp.v1.schema.json"
README = """\
Stamps of {packet} on {surface}
{line}

A sample of the decisions of its cohorts until {until}, and what
was bound for each cohort and when. No program but Python is needed:

    python3 check.py

It compares every file with its digest in MANIFEST.json, then every stamp with
what was bound for its cohort at that moment, and ends with 0 where all is well.

matched              the stamp names what was bound
late                 it names what was bound until less than {lag} seconds before
mismatched           it names something else
missing_version      it names no model version
calibration_missing  next decided, without its calibration packet or with another

stamps.jsonl          one decision a line, as the decision log has it
bindings.json         what was bound, each interval with the record that says so
stamp.v1.schema.json  what the fields of a stamp mean
MANIFEST.json         digests of these files, and the commit of the ledger

In a cohort that is split either side is right: which unit is on which follows
from unit keys, which are not handed over.

The sample is recorded in the sender's ledger, commit
{commit}, file
{path}.
The sender tells you the digest of MANIFEST.json, which check.py prints, on
another way: it shows that nobody changed the packet as a whole.
"""


def write_packet(folder: Path, sampled: Sampled, outcome: Outcome) -> str:
    """Write the packet of a recorded sample, all of it or nothing. The digest of its manifest.

    RepositoryError with the option that takes the same sample again.
    """
    with laid(folder, f"--since {min(sampled.scope.since.values())}") as packet:
        return _fill(packet, sampled, outcome)


def _fill(folder: Path, sampled: Sampled, outcome: Outcome) -> str:
    """Every file, the manifest last; it names the digests of the others."""
    assert outcome.oid is not None, "a sample is exported once it is recorded"
    workspace, scope, record = outcome.workspace, sampled.scope, outcome.records[0]
    cohorts = sorted({row["cohort"] for row in sampled.rows})
    bindings = bindings_of(workspace, scope.surface, cohorts)
    stream, seq = record.name.split("#")
    said = {
        "packet": sampled.packet.id,
        "surface": scope.surface,
        "until": scope.until,
        "lag": bindings["serving_lag_seconds"],
        "commit": outcome.oid,
        "path": f"records/{stream}/{int(seq):04}.yaml",
        "line": "=" * len(f"Stamps of {sampled.packet.id} on {scope.surface}"),
    }
    (folder / "README.txt").write_text(README.format_map(said), "utf-8")
    (folder / "bindings.json").write_bytes(pretty(bindings))
    shutil.copyfile(schemas() / SCHEMA, folder / SCHEMA)
    shutil.copyfile(Path(__file__).with_name("signer_check.py"), folder / "check.py")
    with (folder / "stamps.jsonl").open("wb") as stamps:
        stamps.writelines(canonical(stamp) + b"\n" for stamp in sampled.stamps())
    manifest = {
        "format": FORMAT,
        "ledger": workspace.state.ledger,
        "commit": outcome.oid,
        "record": record.name,
        "made_at": record.at,
        "packet": sampled.packet.id,
        "surface": scope.surface,
        "since": {cohort: scope.since[cohort] for cohort in cohorts},
        "until": scope.until,
        "sample": scope.latest,
        "stamps": sampled.n,
        "log": {"sha256": sampled.input["sha256"], "rows": sampled.input["rows"]},
        "files": {path.name: _digest(path) for path in sorted(folder.iterdir())},
    }
    data = pretty(manifest)
    (folder / "MANIFEST.json").write_bytes(data)
    return digest_of(data)


def bindings_of(workspace: Workspace, surface: str, cohorts: Iterable[str]) -> dict[str, Any]:
    """What was bound for each cohort and when, with the record and the commit that say so."""
    known, commits = workspace.state.surfaces[surface], _commits(workspace)

    def intervals(cohort: str) -> list[dict[str, Any]]:
        line = timeline(known, cohort)
        ends = [*(binding.at for binding in line[1:]), None]
        return [
            _interval(binding, end, commits)
            for binding, end in zip(line, ends, strict=True)
            if binding.at != end
        ]

    return {
        "surface": surface,
        "serving_lag_seconds": lags(workspace.state).get(surface, 0),
        "cohorts": {cohort: intervals(cohort) for cohort in cohorts},
    }


def _interval(binding: Binding, until: str | None, commits: Mapping[str, str]) -> dict[str, Any]:
    return {
        "since": binding.at,
        "until": until,
        "to": binding.to.as_reference(),
        "rest": binding.rest.as_reference() if binding.rest else None,
        "percent": binding.percent,
        "on_next": binding.packet is not None and binding.cause != "rollback",
        "cause": binding.cause,
        "packet": binding.packet,
        "record": binding.record,
        "commit": commits[binding.record],
    }


def _commits(workspace: Workspace) -> dict[str, str]:
    return {name: commit.oid for name, (commit, _) in records(workspace).items()}


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return "sha256:" + file_digest(stream, "sha256").hexdigest()
