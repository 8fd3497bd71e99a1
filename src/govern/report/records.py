"""Records for people: one line in a log, or one record with all that it says and rests on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from govern.domain.records import Record
from govern.report.answer import Answer
from govern.report.wrap import WIDTH, wrapped

# What a record says in a few words, by event; fields of the body stand in braces.
SAYS: Mapping[str, str] = {
    "ledger_opened": "{folder} on {documents_branch}, policy epoch {policy[epoch]}",
    "policy_changed": "epoch {policy[epoch]}",
    "baseline_verified": "{method}, {day}",
    "phase_advanced": "{from} -> {to}: {cohorts}",
    "cohorts_added": "{cohorts}",
    "divergence_explained": "{cohort}: {dimension}",
    "waiver_granted": "{check} until {expires}",
    "risk_accepted": "{risk} until {expires}",
    "on_call_declared": "until {until}",
    "change_control_applied": "{opened}",
    "packet_paused": "{reason}",
    "packet_resumed": "{reason}",
    "withdrawn": "{reason}",
    "rolled_back": "{cohorts} -> {to}, {reason}",
    "decisions_relabeled": "{step}: {context}, {sidecar[rows]} decisions",
    "rollback_verified": "{rollback} served from {window}",
    "incident_noted": "{rollback}: {note}",
    "calibration_review_closed": "{calibration}: {outcome}",
    "rehearsal_held": "{form}: {cohorts}",
    "trigger_fired": "{trigger}: {cohorts}, {action}",
    "incident_acknowledged": "{trigger}",
    "promotions_frozen": "{cohorts}: {because}",
    "promotions_unfrozen": "{cohorts}: root cause {root_cause}",
    "calibration_review_scheduled": "{calibration}: {owner}, due {due}",
    "mitigation_entered": "{mitigation_mode_id}, {mitigation_entry_reason_code}, {state_owner}",
    "first_stable_startup_observed": "attempt {attempt}, {candidate[build]}",
    "first_stable_interaction_observed": "attempt {attempt}, {candidate[build]}",
    "reentry_candidate_window_opened": "attempt {attempt}, {label}",
    "reentry_decision_recorded": "attempt {attempt}: {outcome}, {packet[id]}",
    "mitigation_exited": "{mitigation_mode_id}: {decision}, signed off by {signed_off_by}",
    "corrective_action_opened": "{action} {reason_code}: {owner}, due with {due_window}",
    "corrective_action_closed": "{action}: {evidence[name]}",
    "containment_reviewed": "{signals}: {finding}",
    "lane_carried_forward": "to {to_window}: {owner}, {reason_code}",
    "weekly_review_held": "{window}",
    "drill_completed": "{card[id]}: {decision[outcome]}, score {score[total]}",
    "package_updated": "{changed}: {refined}",
    "package_settled": "gone: {reason}",
    "confidence_published": "{week}: {score}, {status}",
}


def _bound(body: Mapping[str, Any]) -> str:
    names = {digest: target["baseline"] for digest, target in body["targets"].items()}
    by_target: dict[tuple[str, float], list[str]] = {}
    for move in body["moves"]:
        by_target.setdefault((move["to"], move["percent"]), []).append(move["cohort"])
    moves = [
        f"{few(cohorts)} -> {names[to]}" + (f" {percent:g} %" if percent != 100 else "")
        for (to, percent), cohorts in by_target.items()
    ]
    moves += [f"default -> {names[body['default']['to']]}"] if "default" in body else []
    return f"{body['cause']}: {'; '.join(moves)}"


def _approved(body: Mapping[str, Any]) -> str:
    dossier = body.get("dossier")
    if dossier is None:
        return f"policy epoch {body['epoch']}"
    return f"to {dossier['border']}: {few(dossier['cohorts'])}"


def _measured(body: Mapping[str, Any]) -> str:
    return f"{body['source']['name']}, {body['table']['rows']} rows"


def _changed(body: Mapping[str, Any]) -> str:
    return ", ".join(f"{entry['document']} {entry['field']}" for entry in body["set"])


def _foreseen(body: Mapping[str, Any]) -> str:
    cohorts = few(list(dict.fromkeys(row["cohort"] for row in body["rows"])))
    return f"{cohorts}: {len(body['rows'])} figures beside what was predicted"


def _seen(body: Mapping[str, Any]) -> str:
    by_outcome: dict[str, list[str]] = {}
    for signal in body["signals"]:
        by_outcome.setdefault(signal["outcome"], []).append(signal["kpi"])
    return "; ".join(f"{few(list(dict.fromkeys(kpis)))} {outcome}" for outcome, kpis in by_outcome.items())


def _replayed(body: Mapping[str, Any]) -> str:
    worse = [f"worse: {row['criterion']}" for row in body["regressive"]]
    return ", ".join(
        [f"{body['pack']} of {body['candidate']['build']}: {body['passed']} of {body['n']} passed", *worse]
    )


SHAPED: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "binding_changed": _bound,
    "approval_given": _approved,
    "evidence_recorded": _measured,
    "change_control_opened": _changed,
    "effectiveness_verified": _foreseen,
    "health_observed": _seen,
    "replay_completed": _replayed,
}


class _Words(dict[str, Any]):
    """Fields as words; one that a body may leave out is empty."""

    def __missing__(self, _: str) -> str:
        return ""


def what(record: Record) -> str:
    """The values of the body that matter in a list; empty for an event without any, or made by hand without a body."""
    if not record.body:
        return ""
    event = record.event.partition("/")[0]
    if event in SHAPED:
        return SHAPED[event](record.body)
    words = {name: few(value) if _is_names(value) else value for name, value in record.body.items()}
    return SAYS.get(event, "").format_map(_Words(words))


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def few(names: Sequence[str]) -> str:
    """All of a short list, else its beginning and how many more."""
    return " ".join(names) if len(names) <= 6 else f"{' '.join(names[:5])} and {len(names) - 5} more"


def log_answer(command: str, chronicle: Any, limit: int | None) -> Answer:
    """`chronicle` is an `operations.chronicle.Chronicle`; `limit` keeps the newest."""
    records: Sequence[Record] = chronicle.records
    shown = records[-limit:] if limit else records
    count = f"{len(records)} record" + ("" if len(records) == 1 else "s")
    lines = [
        f"{chronicle.subject}: {count}" + (f", the newest {len(shown)}" if len(shown) < len(records) else "")
    ]
    day = ""
    for record in shown:
        if record.at[:10] != day:
            day = record.at[:10]
            lines.append(day)
        lines += _log_line(record, record.name in chronicle.void)
    data = {
        "subject": chronicle.subject,
        "total": len(records),
        "records": [{**record_data(record), "void": record.name in chronicle.void} for record in shown],
    }
    advice = ("next", f"govern show {shown[-1].name}") if shown else None
    return Answer(command, tuple(lines), advice=advice, data=data)


def _log_line(record: Record, void: bool) -> list[str]:
    event = record.event.partition("/")[0]
    actor = f"{record.actor} (claimed)" if record.claimed else record.actor
    front = f"{record.n:>5}  {record.at[11:19]}  "
    head = f"{'VOID ' if void else ''}{record.name}  {event}  {actor}"
    said = what(record)
    if len(f"{front}{head}  {said}") <= WIDTH:
        return [f"{front}{head}  {said}".rstrip()]
    return [*wrapped(head, front), *(wrapped(said, " " * len(front)) if said else [])]


def record_answer(record: Record, commit: str, void: str | None) -> Answer:
    """One record whole: the envelope in words, then its body field by field."""
    event = record.event.partition("/")[0]
    actor = f"{record.actor} (claimed)" if record.claimed else record.actor
    lines = wrapped(f"{record.name}   {event}   {record.at}   {actor}")
    if void:
        lines += wrapped(f"VOID: it has no effect ({void})", " ")
    rows = [
        ("commit", f"{commit[:12]}, record {record.n} of the ledger, command {record.command}"),
        ("happened", record.happened_at or ""),
        ("asked", _asked(record.asked) if record.asked else ""),
        ("policy", f"epoch {record.policy['epoch']}, rules {record.policy['rules']}"),
        ("read", f"at {record.main[:12]}" + _listed(record.documents)),
        ("uses", ", ".join(record.uses)),
    ]
    lines += [line for name, text in rows if text for line in wrapped(text, f" {name:<9} ")]
    lines.append("body")
    for name, value in record.body.items():
        lines += wrapped(worded(value) or "none", f" {name}: ", "   ")
    data = {**record_data(record), "commit": commit, "void": void, "body": dict(record.body)}
    data |= {"asked": record.asked, "documents": record.documents, "uses": list(record.uses)}
    advice = ("next", f"govern audit --record {record.name}")
    return Answer("show", tuple(lines), advice=advice, data=data)


def _asked(asked: Mapping[str, Any]) -> str:
    """The command first, then what it fixed."""
    rest = worded({name: value for name, value in asked.items() if name != "do"})
    return f"{asked.get('do')}: {rest}" if rest else str(asked.get("do"))


def _listed(documents: Mapping[str, str] | None) -> str:
    return f": {', '.join(documents)}" if documents else ""


def commit_answer(commit: Any, records: Iterable[Record], branch: str, void: bool) -> Answer:
    """A commit of the ledger: its records and what else it wrote. `commit` is a `LedgerCommit`."""
    held = list(records)
    other = [path for path in (*commit.added, *commit.edited) if not path.startswith("records/")]
    lines = [f"{commit.oid[:12]}   {branch}   {commit.committer_time}"]
    lines += [line for record in held for line in _log_line(record, void)]
    lines += [f"       {path if len(path) < 60 else path[:26] + '…'}" for path in sorted(other)]
    data = {
        "commit": commit.oid,
        "parents": list(commit.parents),
        "committed": commit.committer_time,
        "void": void,
        "records": [record_data(record) for record in held],
        "files": sorted(other),
    }
    advice = ("next", f"govern show {held[0].name}") if held else None
    return Answer("show", tuple(lines), advice=advice, data=data)


def record_data(record: Record) -> dict[str, Any]:
    return {
        "name": record.name,
        "n": record.n,
        "event": record.event,
        "at": record.at,
        "happened_at": record.happened_at,
        "actor": record.actor,
        "claimed": record.claimed,
        "what": what(record),
    }


def worded(value: Any) -> str:
    """A value without the marks of a notation; digests are cut, `--format json` has them whole."""
    if isinstance(value, Mapping) and {"baseline", "components"} <= value.keys():
        return f"{value['baseline']} {value['digest'][:19]} calibration {value['calibration'] or 'none'}"
    if isinstance(value, Mapping) and {"check", "outcome"} == value.keys():
        return f"{value['check']} {value['outcome']}"
    if isinstance(value, Mapping):
        return ", ".join(f"{worded(name)} {_inner(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_inner(item) for item in value)
    if isinstance(value, str) and value.startswith("sha256:"):
        return value[:19]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _inner(value: Any) -> str:
    nested = isinstance(value, Mapping | list | tuple) and len(value) > 1 and "check" not in value
    return f"({worded(value)})" if nested else worded(value)
