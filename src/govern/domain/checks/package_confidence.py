"""Is the package that a trigger leads to rehearsed well enough?

No command of this version runs a drill, so no score can exist: named, never counted.
"""

from govern.domain.gates import Border
from govern.domain.verdict import Verdict


def check(border: Border) -> Verdict:
    packages = {t.value["package"] for t in border.documents_of("trigger") if t.value.get("package")}
    text = "no drill can have been held yet" if packages else "no trigger leads to a package"
    return Verdict("package_confidence", "not_applicable", text)
