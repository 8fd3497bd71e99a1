"""The file is read again while requests run: a good one is taken whole, a bad one changes nothing and is told."""

import os
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from govern.serving import DatafileError, Resolver
from serving.datafiles import bytes_of, changed, whole


def back(n: int = 13) -> dict[str, Any]:
    """Everybody of `ranking` is back on b6, with the stamp of record `n`."""
    datafile = changed("n", n)
    for entry in datafile["surfaces"]["ranking"]["cohorts"].values():
        entry |= {"to": "ranking-b6", "calibration": "cal-8"}
    return datafile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "bindings.json"
    file.write_bytes(bytes_of(whole()))
    return file


def served(resolver: Resolver) -> str:
    return resolver.resolve("ranking", "pc-na").baseline


def test_reload_takes_a_new_file(path: Path) -> None:
    resolver = Resolver.from_file(path)
    assert [resolver.reload() for _ in range(3)] == [False] * 3
    path.write_bytes(bytes_of(back()))
    assert (resolver.reload(), served(resolver), resolver.n, resolver.problem) == (
        True,
        "ranking-b6",
        13,
        None,
    )
    assert resolver.reload() is False


def test_reload_sees_a_change_of_the_same_size_at_the_same_time(path: Path) -> None:
    resolver = Resolver.from_file(path)
    other = bytes_of(changed("baselines.ranking-b7.model_version", "ranker@2.9.0"))
    assert len(other) == path.stat().st_size
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    path.write_bytes(other)
    os.utime(path, ns=times)
    assert resolver.reload() is True
    assert resolver.resolve("ranking", "pc-na").model_version == "ranker@2.9.0"


BAD = [
    (b'{"format": "govern-bindings/1", "led', "it is not JSON"),
    (b"", "it is not JSON"),
    (bytes_of(changed("surfaces.ranking.default", "b9")), "names the baseline 'b9'"),
    (bytes_of(changed("n", 11, back())), "it is older, of n = 11"),
    (bytes_of(changed("ledger", "sha256:" + "b" * 64, back())), "it is of another ledger, sha256:bbb"),
]


@pytest.mark.parametrize(("data", "said"), BAD, ids=[said for _, said in BAD])
def test_reload_keeps_the_last_good_one_and_says_so(path: Path, data: bytes, said: str) -> None:
    resolver = Resolver.from_file(path)
    path.write_bytes(data)
    for _ in range(3):
        assert (resolver.reload(), served(resolver)) == (False, "ranking-b7")
        assert resolver.problem is not None
        assert str(path) in resolver.problem and said in resolver.problem
        assert resolver.problem.endswith("what it held at n = 12 is still served")
    path.write_bytes(bytes_of(back()))
    assert (resolver.reload(), served(resolver), resolver.problem) == (True, "ranking-b6", None)


def test_problem_ends_when_the_same_good_file_is_there_again(path: Path) -> None:
    resolver = Resolver.from_file(path)
    resolver.reload(), resolver.reload()
    aside = path.rename(path.with_name("aside"))
    assert resolver.reload() is False and "No such file" in (resolver.problem or "")
    aside.rename(path)
    assert (resolver.reload(), resolver.problem, served(resolver)) == (False, None, "ranking-b7")


def test_from_file_says_what_is_wrong_at_the_start(path: Path) -> None:
    with pytest.raises(DatafileError, match=r"none\.json: No such file"):
        Resolver.from_file(path.with_name("none.json"))
    path.write_bytes(b"{}")
    with pytest.raises(DatafileError, match=r"bindings\.json: its format is None"):
        Resolver.from_file(path)


def test_reload_is_refused_when_there_is_no_file() -> None:
    with pytest.raises(ValueError, match="made from bytes"):
        Resolver(bytes_of(whole())).reload()


def test_every_answer_is_of_one_state_while_others_reload(path: Path) -> None:
    """Two states take turns under many readers; no answer mixes them, and none is an error."""
    resolver = Resolver.from_file(path)
    good = {("ranking-b7", "ranker@1.9.0", "cal-9"), ("ranking-b6", "ranker@1.8.2", "cal-8")}
    ended, wrong = Event(), []

    def read() -> None:
        while not ended.is_set():
            found = resolver.resolve("ranking", "pc-na")
            seen = (found.baseline, found.model_version, found.calibration_packet_id)
            if seen not in good or resolver.resolve("ranking", "x").reason != "UNKNOWN_KEY":
                wrong.append(seen)

    def reload() -> None:
        while not ended.is_set():
            resolver.reload()

    threads = [Thread(target=work) for work in (read, read, reload, reload)]
    for thread in threads:
        thread.start()
    for n in range(13, 43):
        new = path.with_name("new")
        new.write_bytes(bytes_of(back(n) if n % 2 else changed("n", n)))
        new.replace(path)
    ended.set()
    for thread in threads:
        thread.join()
    resolver.reload()
    assert (wrong, resolver.problem, resolver.n) == ([], None, 42)
