"""What waited in one clone and went out: each command that was published, each that was dropped, and the tip."""

from typing import Any

from govern.report.wrap import wrapped


def synced_lines(synced: Any) -> list[str]:
    """`synced` is an `operations.sync.Synced`; nothing where nothing waited."""
    lines = [line for each in synced.kept for line in wrapped(each, "published  ")]
    lines += [line for each in synced.dropped for line in wrapped(each, "dropped    ")]
    return [*lines, f"PUBLISHED {(synced.oid or '')[:7]}"] if lines else []


def synced_data(synced: Any) -> dict[str, Any]:
    return {"tip": synced.oid, "kept": synced.kept, "dropped": synced.dropped}
