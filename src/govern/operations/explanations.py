"""Everything that `govern explain` can explain: the codes of all rooms, and the checks of every border."""

import inspect
from dataclasses import dataclass, field
from functools import cache

from govern.domain.checks import RULES
from govern.domain.findings import nearest
from govern.domain.gates import Item
from govern.domain.rules.view import Explanation
from govern.domain.state import PHASES
from govern.errors import UsageError

TO_PASS = "\n\nTo pass: "  # how the last paragraph of a check's docstring begins


@dataclass
class Check:
    """A check as people meet it: where it is asked, how it stands when it does not pass."""

    name: str
    about: str
    mend: str
    borders: list[str] = field(default_factory=list)
    mode: str = "block"
    waivable: bool = True


def codes() -> dict[str, Explanation]:
    """Every finding code with its explanation, sorted."""
    from govern.documents import codes as documents
    from govern.documents import yaml_codes
    from govern.domain import rules
    from govern.evidence import codes as evidence
    from govern.ledger.faults import CODES as FAULTS
    from govern.operations import baselines
    from govern.operations.review import check

    ledger = {str(code): Explanation(*told) for code, told in FAULTS.items()}
    shelves = (yaml_codes, documents, rules, evidence, check, baselines)
    found = {code: told for shelf in shelves for code, told in shelf.CODES.items()}
    return dict(sorted((found | ledger).items()))


@cache
def checks() -> dict[str, Check]:
    """Every check of the newest rules, in the order of the borders."""
    found: dict[str, Check] = {}
    for to, items in RULES[max(RULES)].items():
        border = f"{PHASES[PHASES.index(to) - 1]} -> {to}"
        for item in items:
            known = found.setdefault(item.name, Check(item.name, *_told(item)))
            known.borders.append(border)
            known.mode, known.waivable = item.mode, item.waivable
    return found


def _told(item: Item) -> tuple[str, str]:
    """What the check's own module says of it, and of what turns it; empty where docstrings were left out."""
    module = inspect.getmodule(item.check)
    about, _, mend = inspect.cleandoc(module.__doc__ or "").partition(TO_PASS) if module else ("", "", "")
    return about, " ".join(mend.split())


def explained(word: str) -> tuple[str, Explanation] | Check:
    """The code or the check that is meant. UsageError with the nearest one."""
    code = word.upper()
    if code in codes():
        return code, codes()[code]
    name = word.casefold().replace("-", "_")
    if name in checks():
        return checks()[name]
    close = nearest(code if code.startswith("GOV") else name, [*codes(), *checks()])
    message = f"no code and no check `{word}`" + (f"; nearest: {close}" if close else "")
    raise UsageError(message, type_line=f"govern explain {close}" if close else "govern explain")
