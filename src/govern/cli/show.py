"""`govern show`: anything that has a name."""

from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.frame import context
from govern.cli.frame import show as print_answer
from govern.cli.options import At, Fetch, Folder, Output
from govern.report.answer import Answer

if TYPE_CHECKING:
    from govern.operations.naming import Named
    from govern.operations.workspace import Workspace


def command(
    name: Annotated[
        str,
        typer.Argument(
            help="A record, commit, digest, document, surface, cohort, person, lane or evidence packet.",
            metavar="NAME",
        ),
    ],
    at: At = None,
    fetch: Fetch = False,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Show what NAME is: STREAM#SEQ, an id, FOLDER/ID where an id alone is not enough, or a digest."""
    from govern.operations.looking_back import reading
    from govern.operations.naming import one

    def work() -> Answer:
        there = reading(context(workspace=workspace), at=at, fetch=fetch)
        return _answer(there, one(there, name), there.state.at if at else there.now())

    raise typer.Exit(print_answer("show", work, output))


def _answer(there: "Workspace", named: "Named", now: str) -> Answer:
    if named.what in ("record", "commit", "digest"):
        return _of_ledger(there, named)
    if named.what in ("surface", "cohort", "person"):
        return _of_policy(there, named)
    if named.what in ("lane", "evidence"):
        return _of_lanes(there, named, now)
    from govern.operations.holdings import holding
    from govern.report.named import document_answer

    return document_answer(named.what, named.name, holding(there, named.what, named.name), there.state)


def _of_ledger(there: "Workspace", named: "Named") -> Answer:
    from govern.operations.holdings import bytes_of
    from govern.operations.naming import records
    from govern.report.named import bytes_answer
    from govern.report.records import commit_answer, record_answer

    if named.what == "digest":
        return bytes_answer(named.name, bytes_of(there, named.name))
    if named.what == "record":
        commit, record = records(there)[named.name]
        return record_answer(record, commit.oid, there.state.void.get(record.command))
    commit = next(commit for commit in there.history.commits if commit.oid == named.name)
    held = [record for at, record in records(there).values() if at.oid == commit.oid]
    void = any(record.command in there.state.void for record in held)
    return commit_answer(commit, held, there.ledger_branch, void)


def _of_policy(there: "Workspace", named: "Named") -> Answer:
    from govern.operations.bound import END_OF_TIME, groups
    from govern.operations.naming import dictionary, records
    from govern.operations.policies import published_person
    from govern.report.bindings import overview_lines
    from govern.report.named import cohort_answer, person_answer, surface_answer

    if named.what == "cohort":
        return cohort_answer(named.name, dictionary(there).get(named.name), there.state)
    if named.what == "surface":
        surface = there.state.surfaces[named.name]
        return surface_answer(
            named.name, overview_lines(named.name, groups(surface, END_OF_TIME)), surface.frozen
        )
    written = [record for _, record in records(there).values() if record.actor == named.name]
    return person_answer(named.name, there.state.in_force, published_person(there, named.name), written)


def _of_lanes(there: "Workspace", named: "Named", now: str) -> Answer:
    from govern.domain.mitigation.lane_board import row_of
    from govern.operations.lanes.reentry_evidence import decisions, evidence_of
    from govern.report.reentry_evidence import lane_shown, left_answer, packet_answer

    if named.what == "evidence":
        found = {record.body["packet"]["id"]: (lane, record) for lane, record in decisions(there.state)}
        return packet_answer(evidence_of(there, *found[named.name]))
    lanes = (lane for lanes in there.state.lanes.values() for lane in lanes)
    lane = next(lane for lane in lanes if lane.id == named.name)
    if not lane.open:
        return left_answer(lane)
    return lane_shown(row_of(there.state, there.documents(), lane, now), now)
