"""A chat for practice: on each day it is given it decides 3,000 times, and logs each decision with its stamp.

    python app.py BINDINGS DAY...

BINDINGS is the file that `govern binding export` writes. Whether an answer keeps the policy is made up: one of 200
does not. All else is what an application does: ask who decides, then write down what the answer was stamped with.
"""

import csv
import sys
from pathlib import Path

from govern.serving import Resolver

REQUESTS = 3000

resolver = Resolver.from_file(sys.argv[1])
for day in sys.argv[2:]:
    log = Path("logs", f"decisions-{day}.csv")
    log.parent.mkdir(exist_ok=True)
    with log.open("w", newline="") as file:
        writer = None
        for number in range(REQUESTS):
            unit = f"user-{day}-{number}"
            found = resolver.resolve("chat", cohort_key="public", unit_key=unit)
            row = {
                "decision_id": f"{day}-{number}",
                "decided_at": f"{day}T{number // 3600 + 12:02}:{number // 60 % 60:02}:{number % 60:02}Z",
                "policy_pass": number % 200 != 0,
                "unit_key": unit,
                "cache_key": found.cache_key(unit),
                **found.stamp,
            }
            writer = writer or csv.DictWriter(file, list(row))
            if number == 0:
                writer.writeheader()
            writer.writerow(row)
    print(f"{log}: {REQUESTS:,} decisions")
