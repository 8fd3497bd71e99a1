"""The policy in force: who may do what, and the numbers that decisions read.

It is taken from the ledger (`ledger_opened`, `policy_changed`), never from a file: neither a pull request
nor an edit of govern.yaml can legalise itself. What of a workspace document becomes policy is said here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from govern.domain.document import canonical, digest_of

SHIPPED_RULES = (1,)  # the sets of check implementations that this program has
VIEW = ("roles", "surfaces", "windows", "trigger_classes", "entry_reasons", "policy")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. A claimed actor (--actor) is nobody's e-mail and holds no role."""

    person: str
    claimed: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """`view` is the part of govern.yaml that decides; the digest is of its canonical JSON."""

    epoch: int
    rules: int
    digest: str
    view: Mapping[str, Any]

    @property
    def numbers(self) -> Mapping[str, Any]:
        policy: Mapping[str, Any] = self.view["policy"]
        return policy

    @property
    def stamp(self) -> dict[str, Any]:
        return {"epoch": self.epoch, "digest": self.digest, "rules": self.rules}

    def holders(self, role: str) -> tuple[str, ...]:
        return tuple(self.view["roles"].get(role, ()))

    def holds(self, actor: Actor, role: str) -> bool:
        if actor.claimed or actor.person not in self.holders(role):
            return False
        return self.kind(actor.person) == "person" or role == "rollback_execute"

    @property
    def persons(self) -> list[str]:
        """Everybody who is no automation, in the order of the document."""
        return [name for name in self.view["people"] if self.kind(name) == "person"]

    def kind(self, person: str) -> str:
        kind: str = self.view["people"].get(person, {}).get("kind", "person")
        return kind

    def person_with(self, email: str) -> str | None:
        """The person whose e-mail is `email`, compared without case."""
        for person, details in self.view["people"].items():
            if details["email"].casefold() == email.casefold():
                return str(person)
        return None

    def approvals(self, border: str) -> int:
        return int(self.numbers["approvals"][border])

    @property
    def approval_valid(self) -> str:
        return str(self.numbers["approvals"]["valid"])


def view_of(workspace: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a workspace document that decides: names, contacts, sources and calendar stay outside."""
    people = {
        person: {"email": details["email"], "kind": details.get("kind", "person")}
        for person, details in workspace["people"].items()
    }
    return {"people": people, **{name: workspace[name] for name in VIEW}}


def unsupported(view: Mapping[str, Any]) -> str | None:
    """What a policy asks that this version cannot keep: better refused than promised."""
    if view["policy"]["signing"] == "required":
        return "policy.signing is required, and this version cannot verify signatures: never or optional"
    if view["policy"]["rules"] not in SHIPPED_RULES:
        return f"policy.rules {view['policy']['rules']} is not in this version; it has: {SHIPPED_RULES[-1]}"
    return None


def policy_of(view: Mapping[str, Any]) -> Policy:
    numbers = view["policy"]
    return Policy(numbers["epoch"], numbers["rules"], digest_of(canonical(view)), view)
