"""One process of a race: `racer.py DIRECTORY NAME COUNT [STEP]` appends COUNT records and prints what was acknowledged.

With STEP it dies by SIGKILL as soon as that step of its first append has been done.
"""

import os
import signal
import sys
from pathlib import Path

from govern.errors import GovernError
from govern.ledger.repository import open_repository
from ledger.world import append

TRIES = 400


def main(directory: str, name: str, count: str, step: str = "") -> int:
    def fault(done: str) -> None:
        if done == step:
            os.kill(os.getpid(), signal.SIGKILL)

    with open_repository(Path(directory)) as repository:
        for number in range(int(count)):
            command = f"{name}-{number}"
            for _ in range(TRIES):
                published = append(repository, command, fault=fault)
                if published.outcome != "moved":
                    break
            if published.outcome not in ("published", "local"):
                print(command, published, file=sys.stderr)
                return 1
            print(command, flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except GovernError as error:
        sys.exit(error.message)
