"""What an application gets when it imports the Resolver: a few small modules and the standard library."""

import subprocess
import sys

import pytest

LOADED = "import sys; before = {*sys.modules}; import %s; print(*({*sys.modules} - before))"
RESOLVER = {
    "govern",
    *(f"govern.serving{name}" for name in ("", ".datafile", ".resolution", ".resolver", ".split")),
}
FLAGD = RESOLVER | {"govern.errors", "govern.serving.flagd"}
SLOW = {"dataclasses", "inspect", "asyncio"}  # each a third of the whole, or more


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("module", "ours"), [("govern.serving", RESOLVER), ("govern.serving.flagd", FLAGD)])
def test_import_brings_only_the_standard_library_and_nothing_slow(module: str, ours: set[str]) -> None:
    loaded = set(run(LOADED % module).stdout.split())
    assert {name for name in loaded if name.partition(".")[0] == "govern"} == ours
    assert {name.partition(".")[0] for name in loaded} - {"govern"} <= sys.stdlib_module_names
    assert not loaded & SLOW


def test_provider_says_what_to_install_when_the_sdk_is_missing() -> None:
    code = "import sys; sys.modules['openfeature'] = None; import govern.serving.openfeature"
    assert "pip install 'govern-cli[serving]'" in run(code).stderr
