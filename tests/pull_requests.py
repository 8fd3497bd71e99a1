"""Pull requests for tests: a real change of model in shadow, measured, and branches that edit its documents."""

from dataclasses import dataclass
from pathlib import Path

from govern.domain.rollout.advance import Advance
from govern.operations.evidence.measure import measure_shadow
from workspaces import EXAMPLES, Clone, be, git, opened

PACKET = "gpt35-june"
KPI = "governance/kpis/mean-score-delta.yaml"
NOW = "2026-11-20T10:00:00Z"


def shadowed(directory: Path) -> Clone:
    """The model change in shadow, its pairs recorded: two of seven cohorts have lost more than 3 points."""
    mara = opened(directory, "model-change").acting("mara").at("2026-11-20T09:30:00Z")
    mara.done(Advance(PACKET, "shadow", rehearsal={"same": True, "seconds": 0.1}))
    there = mara.workspace()
    pairs = EXAMPLES / "model-change/data/pairs-gpt35.csv"
    mara.done(measure_shadow(there, PACKET, pairs, there.actor()).command())
    return mara.at(NOW)


@dataclass(frozen=True)
class Branch:
    """A branch off main in a working tree, edited as people do."""

    root: Path

    def edit(self, path: str, *texts: tuple[str, str]) -> "Branch":
        """Replace texts of a file; a text that is not there is a mistake of the test."""
        file = self.root / path
        content = file.read_text("utf-8")
        for old, new in texts:
            assert old in content, f"{path}: {old}"
            content = content.replace(old, new)
        file.write_text(content, "utf-8")
        return self

    def write(self, path: str, content: str) -> "Branch":
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")
        return self

    def commit(self, message: str = "Change", person: str = "lee") -> "Branch":
        be(self.root, person)
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--message", message)
        return self


def branch(root: Path, name: str = "change", base: str = "main") -> Branch:
    git(root, "switch", "--quiet", "--create", name, base)
    return Branch(root)
