"""Real servers on loopback for tests, each with its own folder; a test skips where the program is not installed."""

import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

PATIENCE = 60.0  # seconds
Sample = tuple[str, Mapping[str, str], int, float]  # name of the metric, labels, seconds since 1970, value


@contextmanager
def prometheus(folder: Path, counters: Iterable[Sample]) -> Iterator[str]:
    """A server with the samples of these counters and nothing else: its URL, on a port that it chose."""
    if not (shutil.which("prometheus") and shutil.which("promtool")):
        pytest.skip("prometheus is not installed (Debian: apt-get install prometheus)")
    lines = []
    for name, labels, at, value in sorted(counters, key=lambda one: (one[0], one[2])):
        if f"# TYPE {name} counter" not in lines:
            lines.append(f"# TYPE {name} counter")
        worn = ",".join(f'{key}="{text}"' for key, text in labels.items())
        lines.append(f"{name}_total{{{worn}}} {value} {at}")
    (folder / "history.om").write_text("\n".join([*lines, "# EOF\n"]), "utf-8")
    (folder / "prometheus.yml").write_text("", "utf-8")
    made = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "history.om", "data"]
    subprocess.run(made, cwd=folder, check=True, capture_output=True)
    words = [
        "prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data", "--storage.tsdb.retention.time=100y",
        "--web.listen-address=127.0.0.1:0",
    ]  # fmt: skip
    with subprocess.Popen(words, cwd=folder, stderr=subprocess.PIPE, text=True) as server:
        late = threading.Timer(PATIENCE, server.kill)  # one that never gets ready is a failure, and no hang
        late.start()
        try:
            port = _port(server)
            late.cancel()
            yield f"http://127.0.0.1:{port}"
        finally:
            late.cancel()
            server.kill()


def _port(server: "subprocess.Popen[str]") -> str:
    """The port that the server says it listens on, once it is ready too; the two lines come in either order.

    Its lines are waited for, not the clock.
    """
    said, port, ready = [], "", False
    for line in server.stderr or ():
        said.append(line)
        if found := re.search(r'msg="Listening on" .*address=127\.0\.0\.1:(\d+)', line):
            port = found[1]
        ready = ready or "Server is ready" in line
        if port and ready:
            return port
    raise AssertionError("prometheus did not start:\n" + "".join(said))


@contextmanager
def postgres() -> Iterator[str]:
    """A server without a port, on a socket in a folder of its own: a connection string with a password in it."""
    programs = shutil.which(
        "initdb", path=os.pathsep.join(map(str, Path("/usr/lib/postgresql").glob("*/bin")))
    )
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    folder = Path(
        tempfile.mkdtemp(prefix="govern-pg-")
    )  # not below pytest's own, which no other user may enter
    user: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]

    def run(program: str, *words: str) -> None:
        line = [*user, str(Path(programs).with_name(program)), "-D", str(folder / "data"), *words]
        subprocess.run(line, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    try:
        run("initdb", "--auth=trust", "--no-sync", "--username=ann", "--encoding=UTF8", "--locale=C")
        options = (
            f"-c listen_addresses='' -c timezone=Asia/Tokyo -c fsync=off -c shared_buffers=16MB -k {folder}"
        )
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgres://ann:tok-123@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)
