"""`govern validate`: every fault of every document, and with --fix what can be computed is written."""

from pathlib import Path
from typing import TYPE_CHECKING

from govern.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from govern.operations.review.validate import Report
    from govern.report.answer import Answer

FORMATS = ("text", "json", "sarif", "github")


def run(paths: list[str], fix: bool, format: str, directory: Path) -> int:  # noqa: A002  # the option's name
    """Check the workspace seen from `directory`, print, and give the exit code: 1 where there are errors.

    `paths` are relative to `directory`. With `fix` the files are edited in place and the diff is shown first.
    """
    from govern.cli.frame import show

    return int(show("validate", lambda: _validate(paths, fix, format, directory), format))


def main(words: list[str]) -> int | None:
    """`govern validate` as a hook calls it, without the command-line library, which costs more than the check.

    None where a word is not one of the few that are known here: then the whole command line reads it.
    """
    paths: list[str] = []
    fix, output = False, "text"
    rest = iter(words)
    for word in rest:
        if word == "--fix":
            fix = True
        elif word == "--format":
            output = next(rest, "")
        elif word.startswith("--format="):
            output = word.partition("=")[2]
        elif word.startswith("-"):
            return None
        else:
            paths.append(word)
    return run(paths, fix, output, Path.cwd())


def _validate(paths: list[str], fix: bool, output: str, directory: Path) -> "Answer":
    from govern.documents.catalog import find_folder
    from govern.documents.tree import WorkingTree, repository_root
    from govern.operations.review.validate import mend, validate

    if output not in FORMATS:
        raise UsageError(f"no format {output}: one of {', '.join(FORMATS)}", type_line="govern validate")
    root = repository_root(directory)
    tree = WorkingTree(root)
    wanted = [_inside(root, directory, path) for path in paths] or None
    folder = find_folder(tree, (wanted or [_inside(root, directory, ".")])[0])
    diff = mend(tree, folder, wanted) if fix else ""
    return _answer(validate(tree, folder, wanted), output, diff)


def _inside(root: Path, directory: Path, path: str) -> str:
    """A path as the repository names it."""
    target = (directory / path).resolve()
    if not target.is_relative_to(root):
        raise UsageError(f"outside of the repository {root}: {path}")
    relative = target.relative_to(root).as_posix()
    return "" if relative == "." else relative


def _answer(report: "Report", output: str, diff: str) -> "Answer":
    from govern.report.answer import Answer

    exit_code = ExitCode.YES if report.ok else ExitCode.NO
    data = {"documents": report.documents, "folder": report.folder, "diff": diff}
    lines: tuple[str, ...] = ()
    advice = None
    if output == "sarif":
        from govern import __version__
        from govern.operations.review.validate import CODES
        from govern.report.sarif import sarif

        lines = tuple(sarif(report.findings, CODES, __version__).splitlines())
    elif output == "github":
        from govern.report.github import github

        lines = tuple(github(report.findings).splitlines())
    else:
        from govern.report.findings import summary, text

        counted, advice = summary(report.findings, report.documents)
        shown = text(report.findings, report.sources, report.folder)
        lines = (*diff.splitlines(), *shown.splitlines(), *([""] if shown else []), counted)
    verdict = "passed" if report.ok else "failed"
    return Answer("validate", lines, exit_code, verdict, advice, report.findings, data)
