"""Does the runbook hold the packet's section as its frozen documents give it, word for word?

Under stress people read limits and owners in the runbook, so they are those in force. Only what stands between the
packet's marks is compared; around it the page is the team's own. `govern new packet` writes the section; after a change
of what is frozen it is brought up to date by hand, and the check says line by line what it has to say.

To pass: Write into the packet's section of the runbook what is frozen, line by line as `would flip` says, and publish
it.
"""

from itertools import zip_longest

from govern.domain.gates import Border
from govern.domain.rollback.runbook import begin_mark, find_section, runbook_section
from govern.domain.verdict import Verdict

SHOWN = 3  # lines that differ; the others show once these are mended


def check(border: Border) -> Verdict:
    path = border.value["runbook"]["path"]
    text = border.documents.text(path)
    if text is None:
        return Verdict("runbook", "failed", f"no file {path} on {border.state.branch}")
    wanted = _wanted(border)
    found = find_section(text, border.packet.id)
    if found is None:
        said = f"{path} has no section between {begin_mark(border.packet.id)} and its end mark"
        return Verdict("runbook", "failed", said)
    first = text[: text.index(found)].count("\n") + 1
    pairs = zip_longest(found.splitlines(), wanted.splitlines(), fillvalue="")
    differ = {line: want for line, (have, want) in enumerate(pairs, first) if have != want}
    if differ:
        said = f"{path}:{min(differ)}: not what the frozen documents say"
        flips = [f"line {line} reads `{want}`" for line, want in list(differ.items())[:SHOWN]]
        return Verdict("runbook", "failed", said, flips=tuple(flips))
    return Verdict("runbook", "passed", f"{path} says what is frozen")


def _wanted(border: Border) -> str:
    triggers = [part.value for part in border.documents_of("trigger")]
    watched = border.value["monitoring"]["kpis"]
    kpis = [part.value for part in border.documents_of("kpi") if part.id in watched]
    surface = border.policy.view["surfaces"][border.value["surface"]]
    return runbook_section(border.value, triggers, kpis, surface)
