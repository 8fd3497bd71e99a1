"""Trees of files in memory, for tests that need no disk."""

from pathlib import Path

ROOT = Path(__file__).parents[1]


class MemoryTree:
    """Files by repository-relative path."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def paths(self) -> list[str]:
        return sorted(self.files)

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)


def team() -> dict[str, bytes]:
    """The example workspace, as a repository of its own."""
    folder = ROOT / "examples" / "team"
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
