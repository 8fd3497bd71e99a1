"""The smallest set of documents: what a team of one or two, with one surface, begins with.

Every default that a decision reads is written out. The names that go in are checked here; where the files go
and how they get published is `initialize`.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from govern.documents.catalog import path_of
from govern.documents.templates import document, editor_schemas, fill, shipped
from govern.documents.wording import as_id
from govern.domain.windows import instant
from govern.errors import UsageError

KPIS = ("mean-score-delta", "policy-flip-rate", "policy-dislocation-rate", "missing-model-version-count")
COHORT = "public"  # the one cohort of a team without cohorts
REVIEW_AFTER = timedelta(days=30)  # the first calibration is a claim, so it is looked at within a month
HOOKS = ".pre-commit-config.yaml"
WORKFLOW = ".github/workflows/govern.yml"
VERSION = re.compile(r"(?<![A-Za-z0-9])v[0-9]+(?:\.[0-9]+)*(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class Plan:
    """What `init` was told. `prompt` is a path in the repository; `approver` is empty for one person alone."""

    folder: str
    branch: str
    surface: str
    model: str
    prompt: str
    email: str
    approver: str
    today: str  # YYYY-MM-DD
    remote: str | None = None

    @property
    def people(self) -> dict[str, str]:
        """E-mail by person, the actor first."""
        found: dict[str, str] = {}
        for email in filter(None, (self.email, self.approver)):
            name = stem = (as_id(email.partition("@")[0]) or "person")[:60].strip("-")
            number = 1
            while name in found:
                number += 1
                name = f"{stem}-{number}"
            found[name] = email
        return found

    @property
    def baseline(self) -> str:
        return f"{self.surface}-b1"


def documents_for(plan: Plan) -> dict[str, bytes]:
    """The nine documents by path, and beside them the schemas for editors."""
    people = plan.people
    owner = next(iter(people))
    prompt = {"version": version_of(plan.prompt), "files": [plan.prompt]} if plan.prompt else "none"
    stamp = f"{plan.model}+{version_of(plan.prompt)}" if plan.prompt else plan.model
    values: dict[str, Any] = {
        "people": {name: {"email": email} for name, email in people.items()},
        "everybody": list(people),
        "approvals": 1 if len(people) > 1 else 0,
        "surface": plan.surface,
        "baseline": plan.baseline,
        "model": plan.model,
        "model_version": stamp,
        "components": {
            "model": plan.model, "prompt": prompt, "policy": "none", "tools": "none", "guardrails": "none",
        },
        "owner": owner,
        "today": plan.today,
        "last_verified": plan.today,
        "review_due": (instant(plan.today) + REVIEW_AFTER).strftime("%Y-%m-%d"),
    }  # fmt: skip
    wanted = [
        ("workspace", "main", "workspace"),
        ("cohorts", "main", "cohorts"),
        ("baseline", plan.baseline, "baseline"),
        ("calibration", "initial", "calibration"),
        ("criteria", "minimum", "criteria-minimum"),
        *(("kpi", name, f"kpi-{name}") for name in KPIS),
    ]
    return {
        path_of(plan.folder, kind, name): document(kind, fill(shipped(template), values | {"id": name}))
        for kind, name, template in wanted
    }


def companions_for(plan: Plan) -> dict[str, bytes]:
    """Schemas for editors, hooks and CI by path: what helps and decides nothing."""
    values = {
        "branch": plan.branch,
        "files": f"^{plan.folder}/",
        "check_in_ci": f"govern check --base origin/{plan.branch} --format github",
    }
    return {
        **editor_schemas(plan.folder),
        HOOKS: fill(shipped("pre-commit-config"), values).encode(),
        WORKFLOW: fill(shipped("github-workflow"), values).encode(),
    }


def version_of(path: str) -> str:
    """The `vN.N` that a path names last, else its file name without the ending, as one word."""
    found = VERSION.findall(path.removesuffix("/"))
    stem = path.rpartition("/")[2].partition(".")[0] or "file"
    return str(found[-1]) if found else re.sub(r"[^!-~]+", "-", stem)[:64]


def checked_folder(text: str) -> str:
    """A folder of documents, repository-relative. Raises UsageError."""
    folder = text.strip().rstrip("/").removeprefix("./")
    steps = folder.split("/")
    if "govern" in steps:
        raise UsageError(
            "a folder named `govern` could shadow the program of that name",
            type_line="govern init --folder governance",
        )
    if not all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", step) for step in steps) or len(folder) > 100:
        raise UsageError(
            f"`{text}` cannot be the folder of documents: letters, digits, `.`, `_`, `-`, inside the repository",
            type_line="govern init --folder governance",
        )
    return folder


def checked_surface(text: str) -> str:
    """An id that leaves room for those made from it. Raises UsageError with the form to paste."""
    if as_id(text) == text and len(text) <= 56:
        return text
    form = as_id(text)[:56].strip("-") or "chat"
    raise UsageError(
        f"`{text}` is no id: lower-case letters, digits and single hyphens, 56 at most",
        type_line=f"govern init --surface {form}",
    )


def checked_model(text: str) -> str:
    """One printable word, as it will be stamped on decisions. Raises UsageError."""
    if re.fullmatch(r"[!-~]{1,63}", text):
        return text
    form = re.sub(r"[^!-~]+", "-", text).strip("-")[:63] or "MODEL"
    raise UsageError(
        f"`{text}` is not one word of 63 characters at most, which a stamp has to be"
        if text
        else "the model in use now has to be named",
        type_line=f"govern init --model {form}",
    )


def checked_email(text: str, own: str) -> str:
    """The second person's e-mail, or empty. Raises UsageError."""
    if text and not re.fullmatch(r"[^@\s\"']+@[^@\s\"']+", text):
        raise UsageError(f"`{text}` is no e-mail address", type_line="govern init --approver ben@example.com")
    if text.casefold() == own.casefold():
        raise UsageError(
            f"{text} is your own: nobody approves what they wrote; leave it empty to begin alone",
            type_line='govern init --approver ""',
        )
    return text
