"""Do prev and next still exist as named: digests right, the bytes of both in the tree, prev known to the ledger?

To pass: Bring the bytes back, or write the digests as they are: govern validate --fix, then publish it.
"""

from govern.domain.baseline import missing_files
from govern.domain.gates import Border
from govern.domain.verdict import Verdict


def check(border: Border) -> Verdict:
    faults = []
    for side, target in (("prev", border.prev), ("next", border.next)):
        named = border.value[side]
        part = border.parts.get(f"baselines/{named['baseline']}")
        if target is None or part is None:
            faults.append(f"{side} {named['baseline']} is not there")
        elif gone := missing_files(part.value, border.documents.pinned):
            faults.append(f"{side} {named['baseline']}: no file {gone[0]}: save a new prompt as a new file")
        elif target.digest != named["digest"]:
            faults.append(f"{side} {named['baseline']} has changed: its digest is now {target.digest[:19]}")
        elif part.value["surface"] != border.value["surface"]:
            faults.append(f"{side} {named['baseline']} is of surface {part.value['surface']}")
        elif part.value["model_version"] != border.value[f"model_version_{side}"]:
            faults.append(f"model_version_{side} is {part.value['model_version']} in the baseline")
    if faults:
        return Verdict("baselines", "failed", "; ".join(faults), todo="govern validate --fix")
    assert border.prev is not None
    standing = "verified" if verified(border) else "observed"
    return Verdict("baselines", "passed", f"digests match; the bytes of both are in git; prev {standing}")


def verified(border: Border) -> bool:
    """Somebody showed that prev works, beyond declaring it."""
    assert border.prev is not None
    return any(
        record.body["digest"] == border.prev.digest and record.body["method"] != "declared"
        for record in border.state.verified.get(border.prev.baseline, ())
    )
