"""`govern schema`: every schema by name, as a table, and as files that overwrite nothing foreign."""

import json
from pathlib import Path

import pytest

from govern.documents.fields import all_names
from govern.documents.schemas import read


def test_schema_list_names_documents_and_records(govern) -> None:
    said = govern("schema", "list")
    assert all(name in said.text for name in ("packet.v1", "records/phase_advanced.1"))
    assert max(map(len, said.lines)) <= 80


@pytest.mark.parametrize("name", all_names())
def test_schema_show_has_every_field_of_the_top_in_80_columns(govern, name: str) -> None:
    said = govern("schema", "show", name)
    first_words = {line.partition(" ")[0] for line in said.lines}
    assert set(read(name).get("properties", ())) <= first_words
    assert max(map(len, said.lines)) <= 80


@pytest.mark.parametrize(
    ("name", "full"),
    [("packet", "packet.v1"), ("packet/v1", "packet.v1"), ("rolled_back/1", "records/rolled_back.1")],
)
def test_schema_show_takes_the_names_that_people_meet(govern, name: str, full: str) -> None:
    assert json.loads(govern("schema", "show", name, "--format", "json").text)["data"] == read(full)


def test_schema_show_says_type_need_and_meaning(govern) -> None:
    text = govern("schema", "show", "trigger").text
    assert "condition.op         required  above, at_least, below, at_most" in text
    assert "counter.bad          optional  whole number" in text
    assert "signal               required  kpi id" in text


def test_schema_show_names_the_nearest_when_unknown(govern) -> None:
    said = govern("schema", "show", "packt")
    assert (said.code, said.advice) == (2, "govern schema show packet")


def test_schema_export_writes_all_and_again(govern, tmp_path: Path) -> None:
    for _ in range(2):
        assert govern("schema", "export", str(tmp_path / "out")).code == 0
    written = {p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.json")}
    assert written == {f"{name}.schema.json" for name in all_names()}


def test_schema_export_writes_nothing_when_another_file_stands_there(govern, tmp_path: Path) -> None:
    (tmp_path / "packet.v1.schema.json").write_text('{"title": "mine"}', "utf-8")
    said = govern("schema", "export", str(tmp_path))
    assert said.code == 2 and "is another file" in said.text
    assert [path.name for path in tmp_path.glob("*.json")] == ["packet.v1.schema.json"]


def test_schema_export_refuses_a_file_for_a_folder(govern, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    assert govern("schema", "export", str(tmp_path / "file")).code == 2
