"""The public YAML test suite as hostile input: a value or one clean fault, and what must fail is refused."""

from collections.abc import Iterator
from pathlib import Path

from govern.documents.yaml import YamlFault, load

STAND_INS = {"␣": " ", "»": "\t", "←": "\r", "⇔": "\ufeff", "↵": ""}


def cases_of(folder: Path) -> Iterator[tuple[str, bytes, bool]]:
    """(name, input, must be refused) of every test; a test inherits its input from the one before it."""
    import yaml

    for file in sorted(folder.glob("*.yaml")):
        text = ""
        for number, case in enumerate(yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)):
            text = case.get("yaml", text)
            yield f"{file.stem}-{number}", restored(text), bool(case.get("fail"))


def restored(text: str) -> bytes:
    """The suite shows what cannot be seen by stand-ins; the real characters come back here."""
    while "—»" in text:
        text = text.replace("—»", "»")
    for sign, character in STAND_INS.items():
        text = text.replace(sign, character)
    return text.removesuffix("∎\n").encode()


def test_suite_gives_a_value_or_one_fault_when_read(shared_data: Path) -> None:
    cases = list(cases_of(shared_data / "conformance_yaml" / "src"))
    assert len(cases) > 200
    accepted = []
    for name, data, must_fail in cases:
        try:
            load(data)
        except YamlFault as fault:
            assert fault.line >= 1 and fault.column >= 1 and fault.code.startswith("GOV-YML-"), name
        else:
            accepted += [name] if must_fail else []
    assert accepted == []
