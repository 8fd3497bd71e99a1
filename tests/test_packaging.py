"""What is installed works: a wheel, a wheel made from the sdist, and an editable install find all their files."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
QUIET = ("--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check")
DATA = ("schemas", "examples")  # beside src in a checkout, inside the package when installed
PATH_OF = """
import site, sys
sys.path[:] = [entry for entry in sys.path if entry != {own!r}]
before = list(sys.path)
site.addsitedir({place!r})
sys.path[:] = [entry for entry in sys.path if entry not in before] + before
"""
LOOK = """
import json, sys
from pathlib import Path
import govern
from govern.__main__ import main
from govern.documents.schemas import folder, names
from govern.documents.templates import shipped
from govern.evidence import measures
from govern.operations.demonstrate import examples_folder
from govern.operations.query import shipped as queries
sys.argv = ["govern", *sys.argv[1:]]
code = main()
sql = Path(measures.__file__).parent / "sql"
found = {
    "package": str(Path(govern.__file__).parent),
    "kinds": len(names()),
    "records": len(list((folder() / "records").glob("*.json"))),
    "template": len(shipped("packet")),
    "sql": len(list(sql.glob("*.sql"))),
    "queries": len(queries()),
    "examples": sorted(path.name for path in examples_folder().iterdir() if path.is_dir()),
}
print(json.dumps(found))
sys.exit(code)
"""


def typed(*words: str | Path, **environment: str) -> str:
    """What a program prints; it must succeed."""
    ran = subprocess.run(
        [str(word) for word in words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=environment or None,
    )
    assert ran.returncode == 0, f"{words}\n{ran.stdout}{ran.stderr}"
    return ran.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheel of this tree, and the wheel of its sdist: `build` makes the second from the first."""
    folder = tmp_path_factory.mktemp("dist")
    typed(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "sdist", ROOT)
    typed(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder / "tree", ROOT)
    return {name: next((folder / name).glob("*.whl")) for name in ("sdist", "tree")}


@pytest.fixture(scope="module")
def installed(wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders to put on the path, one a way of installing."""
    places = {}
    for name, what in {**wheels, "editable": ROOT}.items():
        places[name] = tmp_path_factory.mktemp(name)
        editable = ("--editable",) if what == ROOT else ()
        typed(sys.executable, "-m", "pip", "install", *QUIET, "--target", places[name], *editable, what)
    return places


@pytest.mark.parametrize("way", ["tree", "sdist", "editable"])
def test_every_way_of_installing_finds_its_files(way: str, installed: dict[str, Path]) -> None:
    look = PATH_OF.format(own=str(ROOT / "src"), place=str(installed[way]))
    words = (sys.executable, "-P", "-c", look + LOOK, "schema", "list")
    *printed, last = typed(*words, PATH="/usr/bin:/bin", HOME=str(installed[way])).splitlines()
    found = json.loads(last)
    home = ROOT / "src" if way == "editable" else installed[way]
    assert Path(found["package"]) == home / "govern"
    assert found["kinds"] == len(list((ROOT / "schemas").glob("*.json")))
    assert found["records"] == len(list((ROOT / "schemas/records").glob("*.json")))
    assert found["sql"] == len(list((ROOT / "src/govern/evidence/sql").glob("*.sql")))
    assert found["queries"] == 3
    assert found["examples"] == sorted(path.name for path in (ROOT / "examples").iterdir() if path.is_dir())
    assert found["template"] > 0
    assert any(line.startswith("packet.v1") for line in printed)


def test_the_installed_command_says_its_version(installed: dict[str, Path]) -> None:
    script = installed["tree"] / "bin" / "govern"
    said = typed(script, "--version", PATH="/usr/bin:/bin", PYTHONPATH=str(installed["tree"]))
    assert said.startswith("govern ")


def test_a_wheel_holds_the_package_and_nothing_else(wheels: dict[str, Path]) -> None:
    names = {name: set(zipfile.ZipFile(wheel).namelist()) for name, wheel in wheels.items()}
    assert names["sdist"] == names["tree"]
    top = {name.partition("/")[0] for name in names["tree"]}
    assert {name for name in top if not name.endswith(".dist-info")} == {"govern"}
    assert {f"govern/{path}" for path in shipped()} - names["tree"] == set()
    tests = [name for name in names["tree"] if name.rpartition("/")[2].startswith(("test_", "conftest"))]
    assert [*tests, *(name for name in names["tree"] if name.endswith(".pyc"))] == []


def shipped() -> set[str]:
    """Every file of the package, as it lies in a wheel."""
    places = ((ROOT / "src/govern", ""), *((ROOT / data, f"{data}/") for data in DATA))
    return {
        f"{front}{path.relative_to(place).as_posix()}"
        for place, front in places
        for path in place.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
