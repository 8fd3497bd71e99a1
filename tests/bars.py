"""What a long command says of itself while it runs, for tests: its steps, instead of a bar on the terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest


def steps_of(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """Each step that commands of `module` tell from now on, and whether nobody wanted to see it."""
    told: list[tuple[str, bool]] = []

    @contextmanager
    def progress(*, quiet: bool) -> Iterator[Callable[[str], None]]:
        yield lambda step: told.append((step, quiet))

    monkeypatch.setattr(module, "progress", progress)
    return told
