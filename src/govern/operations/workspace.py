"""Opening a workspace: fetch, read the ledger, fold it. What a command then asks of it stands elsewhere.

Documents are read from the published tip of the documents branch, records from the ledger's tip; the index,
the working tree and HEAD are never looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from govern.documents.tree import Tree
from govern.domain.findings import Finding
from govern.domain.fold import fold
from govern.domain.policy import Actor
from govern.domain.records import Record
from govern.domain.state import State
from govern.domain.windows import after
from govern.errors import RepositoryError, UsageError
from govern.ledger.append import LEDGER
from govern.ledger.faults import BREAKING
from govern.ledger.history import History, LedgerCommit, read_history, read_input
from govern.ledger.repository import Fetched, Repository, open_repository
from govern.ledger.seen import rewritten
from govern.operations.choosing import choose, documents_branch, ledger_tip
from govern.operations.context import Context
from govern.operations.judging import AHEAD, MISMADE, Kept, follow, void_commands, well_formed
from govern.operations.reading import BranchDocuments, Inputs, MissingInputError
from govern.operations.tables import taken_in


@dataclass
class Workspace:
    """One reading of a workspace. `main` is the commit of the documents branch that was read."""

    context: Context
    repository: Repository
    ledger_branch: str
    history: History
    fetched: Fetched
    state: State
    main: str | None
    judged: bool = False  # gates of every command were decided again

    @property
    def tip(self) -> str | None:
        return self.history.tip

    @property
    def inputs(self) -> Inputs:
        return lambda digest: read_input(self.repository, self.history, digest)

    @property
    def tree(self) -> Tree:
        if self.main is None:
            raise RepositoryError(
                f"the documents branch {self.state.branch} is not in this clone",
                type_line=f"git fetch origin {self.state.branch}",
            )
        return self.repository.tree(self.main)

    @property
    def answers(self) -> Kept:
        """What deciding again said before, kept beside the repository."""
        return Kept(self.repository.common_dir, self.ledger_branch)

    def documents(self) -> BranchDocuments:
        return BranchDocuments(self.tree, self.state.folder, self.inputs)

    def commands(self) -> list[tuple[LedgerCommit, Sequence[Record]]]:
        """The records of each commit, lists taken in; one whose table is not in the ledger stays as it is.

        What is misshapen in a command without effect is left out: screens show its envelope."""
        return [
            (commit, tuple(self._whole(record) for record in commit.records))
            for commit in self.history.commits
            if commit.records
        ]

    def sound_commands(self) -> list[tuple[LedgerCommit, Sequence[Record]]]:
        """The commands up to the first commit that breaks the ledger: what is in force."""
        faults = self.history.findings
        sound = takewhile(lambda commit: not _breaking(faults.get(commit.oid, ())), self.history.commits)
        standing = {commit.oid for commit in sound}
        return [command for command in self.commands() if command[0].oid in standing]

    @property
    def broken(self) -> Finding | None:
        """What breaks the ledger: its first such fault, or that the tip seen before is gone."""
        structure = _breaking(self.history.all_findings)
        return structure[0] if structure else rewritten(self.repository, self.ledger_branch)

    def _whole(self, record: Record) -> Record:
        def read(digest: str) -> bytes:
            data = self.inputs(digest)
            if data is None:
                raise MissingInputError(digest)
            return data

        try:
            whole = taken_in(record, read)
        except (MissingInputError, *MISMADE):  # deciding again finds it
            whole = record
        if record.command in self.state.void and not _shown(whole):
            return replace(whole, asked=whole.asked and {}, body={})
        return whole

    def actor(self) -> Actor:
        """Who asks: the person whose e-mail is git's user.email, else a claim."""
        identity = self.repository.identity()
        if identity is None:
            raise RepositoryError(
                "git has no user.email, so nobody can be named as the actor",
                type_line="git config user.email you@example.com",
            )
        policy = self.state.in_force
        person = policy.person_with(identity[1])
        claim = self.context.actor
        if claim is not None and claim != person:
            if claim not in policy.view["people"]:
                raise UsageError(f"no person `{claim}` in the policy; there are: {_people(self.state)}")
            return Actor(claim, claimed=True)
        if person is None:
            raise UsageError(
                f"{identity[1]} is nobody in policy epoch {policy.epoch}; its people: {_people(self.state)}",
                type_line="git config user.email ONE-OF-THEIRS",
                notes=("a new person comes in by an edit of govern.yaml and `govern policy adopt`",),
            )
        return Actor(person)

    def now(self) -> str:
        """The instant of this command: never before the ledger's tip or the commit that was read."""
        own = self.own_clock()
        latest = max(own, self.state.at)
        if self.main is None or self.simulated:
            return latest
        read = self.repository.committer_date(self.main)  # anybody may have written any date into it
        return max(latest, min(read, after(own, AHEAD)))

    @property
    def simulated(self) -> bool:
        return self.state.clock == "simulated"

    def own_clock(self) -> str:
        given = self.context.simulated
        if self.simulated and given is None:
            raise UsageError(
                "this ledger runs on a simulated clock: every command takes its time from GOVERN_NOW",
                type_line=f"export GOVERN_NOW={self.state.at}",
            )
        if self.state.opened and not self.simulated and given is not None:
            raise UsageError(
                "GOVERN_NOW is set, and this ledger runs on the real clock", type_line="unset GOVERN_NOW"
            )
        return given or self.context.now


def open_workspace(
    context: Context,
    *,
    fetch: bool,
    judge: bool = True,
    opened: bool = True,
    void: Mapping[str, str] | None = None,
) -> Workspace:
    """Read everything a command starts from. `opened` False: a ledger need not exist yet (init).

    `judge` False is for the audit, which folds for itself: only what the genesis says is in the state. `void`
    names the commands without effect where they are known already (a rehearsal on a clone).
    Raises RepositoryError where there is no repository, no ledger, or several workspaces to choose from.
    """
    repository = open_repository(context.directory)
    fetched = Fetched(True)
    if fetch:
        fetched = repository.fetch(documents_branch(repository), timeout=5.0)
    branch = choose(repository, context, opened=opened)
    history = read_history(repository, ledger_tip(repository, branch))
    if opened and history.tip is None:
        raise _no_ledger(repository, fetched)
    _require_beginning(repository, history)
    workspace = Workspace(context, repository, branch, history, fetched, State(), None)
    _fold(workspace, judge, void)
    if history.tip is not None and not workspace.state.opened:
        raise _not_opened(workspace)
    if workspace.state.opened:
        workspace.main = repository.tip(workspace.state.branch)
        if fetch and workspace.main is None and fetched.ok:
            workspace.fetched = repository.fetch(workspace.state.branch, timeout=5.0)
            workspace.main = repository.tip(workspace.state.branch)
    return workspace


def _shown(record: Record) -> bool:
    try:
        return well_formed(record)
    except (OSError, *MISMADE):  # an event of no schema
        return False


def _breaking(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.code in BREAKING]


def _fold(workspace: Workspace, judge: bool, void: Mapping[str, str] | None) -> None:
    """The state of the sound commands; without `judge` and `void` that of the genesis alone."""
    commands = workspace.sound_commands()
    workspace.judged = judge
    if judge or void is not None:
        void = void_commands(workspace.answers, workspace.inputs, commands) if void is None else void
        workspace.state = fold((records for _, records in commands), void=void)
    else:
        for commit, records in commands[:1]:
            follow(workspace.state, workspace.inputs, records, {}, commit.committer_time)


def _no_ledger(repository: Repository, fetched: Fetched) -> RepositoryError:
    if not fetched.ok:
        return RepositoryError(
            f"no ledger here, and {repository.remote} did not answer: {fetched.reason}",
            type_line=f"git fetch {repository.remote} {LEDGER}",
        )
    if repository.remote and not fetched.reason and not repository.refs("refs/govern/"):
        return RepositoryError(
            "the ledger has not been fetched into this clone, or was never opened",
            type_line=f"git fetch {repository.remote} {LEDGER}",
            notes=("where it was never opened: govern init",),
        )
    return RepositoryError("no ledger here: it has not been opened yet", type_line="govern init")


def _require_beginning(repository: Repository, history: History) -> None:
    """A ledger that was cloned shallow has lost its beginning, and with it everything that is in force."""
    cut = repository.common_dir / "shallow"
    if history.commits and cut.is_file() and history.commits[0].oid in cut.read_text("ascii").split():
        raise RepositoryError(
            "only the end of the ledger is in this shallow clone, so nothing can be said",
            type_line=f"git fetch --unshallow {repository.remote or ''}".rstrip(),
        )


def _not_opened(workspace: Workspace) -> RepositoryError:
    broken = workspace.broken
    why = broken.message if broken else "its first record does not open it"
    return RepositoryError(
        f"{workspace.ledger_branch} is no ledger: {why}",
        type_line=f"git log --stat {workspace.tip}",
        notes=("nothing is read from it or recorded on it",),
    )


def _people(state: State) -> str:
    return ", ".join(state.in_force.view["people"])
