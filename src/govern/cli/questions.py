"""Questions with an option twin: asked in a terminal, answered by Enter, `--yes` or the option."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from govern.errors import UsageError
from govern.report.wrap import wrapped

Ask = Callable[[str, str], str]  # label, default -> what was typed, or the default


@dataclass(frozen=True, slots=True)
class Question:
    """`given` is what the option said, None where it was not typed. `empty`: no answer is an answer too."""

    text: str
    option: str
    default: str
    given: str | None
    check: Callable[[str], str] = str
    empty: bool = False


def answers(questions: Sequence[Question], ask: Ask | None, width: int, *, yes: bool) -> list[str]:
    """All answers in order. A slip of the hand is asked again in a terminal; elsewhere it raises UsageError."""
    lacking = [q.option for q in questions if q.given is None and not q.default and not q.empty]
    if lacking and (ask is None or yes):
        without = "with --yes" if yes else "without a terminal"
        raise UsageError(
            f"{without} this has to be said: {', '.join(lacking)}",
            type_line="the same line with " + " ".join(f"{option} …" for option in lacking),
        )
    found = []
    for number, question in enumerate(questions, start=1):
        label = f"{number}/{len(questions)} {question.text}"
        label = label.ljust(width - (len(question.default) + 3 if question.default else 0))
        found.append(_answer(question, label, None if yes else ask))
    return found


def _answer(question: Question, label: str, ask: Ask | None) -> str:
    if question.given is not None or ask is None:
        return question.check(question.given if question.given is not None else question.default)
    asked = label
    while True:
        typed = ask(asked, question.default)
        try:
            return question.check(typed)
        except UsageError as error:
            asked = "\n".join([*wrapped(f"refused: {error.message}. Once more", then="  "), f" {label}"])
