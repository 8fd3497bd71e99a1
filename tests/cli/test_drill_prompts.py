"""A drill and a tabletop question by question, in this process: stopped at each of them, and stopped by the world."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from govern.cli import drill_run, drill_tabletop
from govern.operations.drills.keeping import waiting
from rehearsed import BEGAN, CARD, EVIDENCE, PACKAGE, TYPED, make_team
from typed import Ended, Keyboard
from workspaces import Clone, git

CALLED = ("drill", "run", CARD)
RUN = (*CALLED, "--owners", "mara,jo")
RESUME = (*CALLED, "--resume")
GO_ON = f"govern drill run {CARD} --resume"
LATER = "2026-11-20T14:50:00Z"
Dialogue = Sequence[tuple[str, str]]


class Hands:
    """In place of a terminal: what is asked must be what is expected; at the end of the dialogue somebody stops."""

    def __init__(self) -> None:
        self.left: list[tuple[str, str]] = []
        self.stop: type[BaseException] = KeyboardInterrupt
        self.before: Callable[[str], object] = lambda _: None

    def ask(self, text: str, time: Callable[[], str], *, hidden: bool = False) -> str:
        assert time() and hidden is ("alone at the keyboard" in text)
        self.before(text)
        if not self.left:
            raise self.stop
        question, typed = self.left.pop(0)
        assert question in text
        return typed


class Sitting:
    """People at a keyboard with a terminal."""

    def __init__(self, typed: Keyboard, hands: Hands) -> None:
        self.typed, self.hands = typed, hands

    def __call__(self, words: Sequence[str], dialogue: Dialogue = (), now: str = BEGAN) -> Ended:
        self.hands.left = list(dialogue)
        ended = self.typed(*words, now=now)
        assert self.hands.left == [], "asked for less than was expected"
        return ended

    @property
    def directory(self) -> Path:
        return self.typed.directory

    @property
    def kept(self) -> Path:
        return self.directory / ".git" / "govern" / "drills" / f"{CARD}.json"

    def drills(self) -> int:
        state = Clone(self.directory, "mara", "2026-11-20T16:00:00Z").workspace().state
        return len(state.package(PACKAGE).drills)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_team(tmp_path_factory.mktemp("team"), shared=True)


@pytest.fixture
def sit(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Sitting:
    shutil.copytree(made.parent, tmp_path / "all")
    hands = Hands()
    for module in (drill_run, drill_tabletop):
        monkeypatch.setattr(module, "interactive", lambda: True)
        monkeypatch.setattr(module, "Terminal", lambda: hands)
    team = tmp_path / "all" / "team"
    git(team, "remote", "set-url", "origin", str(tmp_path / "all" / "forge.git"))
    return Sitting(Keyboard(team, capsys, monkeypatch), hands)


def away(sit: Sitting) -> Callable[[], object]:
    """The remote stops answering; what brings it back."""
    forge = sit.directory.parent / "forge.git"
    gone = forge.rename(forge.with_name("away.git"))
    return lambda: gone.rename(forge)


@pytest.mark.parametrize("how", [KeyboardInterrupt, EOFError])
def test_stopped_at_every_question_nothing_is_lost(how: type[BaseException], sit: Sitting) -> None:
    sit.hands.stop = how
    first = sit(RUN)
    assert (first.code, first.advice) == (130, ("type", GO_ON))
    for place, answer in enumerate(TYPED[:-1]):
        ended = sit(RESUME, [answer])
        assert (ended.code, ended.advice) == (130, ("type", GO_ON)), place
    assert sit(RESUME, [TYPED[-1]]).code == 0
    assert sit.drills() == 1 and waiting(sit.directory / ".git") == [] and sit.typed.audited() == []


@pytest.mark.parametrize("place", [0, 4, 9, 15, 23])
def test_q_pauses_at_every_form_of_question(place: int, sit: Sitting) -> None:
    ended = sit(RUN, [*TYPED[:place], (TYPED[place][0], "q")])
    assert (ended.code, ended.advice) == (130, ("type", GO_ON))
    assert sit(RESUME, [TYPED[place]]).code == 130


def test_stopped_while_it_is_recorded_it_is_kept(sit: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(drill_run, "write", stopped)
        ended = sit(RUN, TYPED)
    assert (ended.code, ended.advice) == (130, ("type", GO_ON))
    assert sit(RESUME).code == 0 and sit.drills() == 1


def test_remote_that_goes_away_costs_no_answer(sit: Sitting) -> None:
    """The line that the refusal types records it here, and `sync` publishes it."""
    sit(RUN, TYPED[:-1])
    back = away(sit)
    ended = sit(RESUME, [TYPED[-1]])
    assert (ended.code, ended.advice) == (2, ("type", f"{GO_ON} --offline"))
    assert "every answer is kept" in ended.text
    here = sit((*RESUME, "--offline"))
    assert (here.code, here.advice) == (4, ("next", "govern sync"))
    assert waiting(sit.directory / ".git") == []
    back()
    assert sit(("sync",)).code == 0 and sit.drills() == 1 and sit.typed.audited() == []


def test_owners_of_a_drill_stay(sit: Sitting) -> None:
    sit(RUN, TYPED[:3])
    other = sit((*RESUME, "--owners", "kim,lee"))
    assert (other.code, other.advice) == (2, ("type", GO_ON))
    assert "mara and jo are in the middle of it" in other.text
    assert sit((*RESUME, "--owners", "jo,mara"), [TYPED[3]]).code == 130


def test_recorded_and_not_removed_is_said_and_removed(sit: Sitting) -> None:
    """As a crash between the two leaves it."""
    sit(RUN, TYPED[:-1])
    left = []
    sit.hands.before = lambda _: left.append(sit.kept.read_bytes())
    assert sit(RESUME, [TYPED[-1]]).code == 0
    sit.kept.write_bytes(left[-1])
    ended = sit(RESUME)
    assert (ended.code, ended.advice) == (0, ("next", f"govern show packages/{PACKAGE}#1"))
    assert ended.lines[0] == f"recorded as packages/{PACKAGE}#1"
    assert not sit.kept.exists() and sit.drills() == 1
    sit.kept.write_bytes(left[-1])
    assert sit(RUN, now=LATER).code == 130, "nor is it in the way of the next one"


def test_clock_that_went_back_is_said(sit: Sitting) -> None:
    sit(RUN, TYPED[:9])
    ended = sit(RESUME, [TYPED[9], (TYPED[10][0], "@3:00 keep"), TYPED[10]], now="2026-11-20T14:10:00Z")
    assert ended.lines[:2] == [
        "stage 3 of 5 at 18:40: the clock of this machine went back by 8:40; it goes on",
        "from here",
    ]
    assert "  the clock stands at 18:40 and never goes back" in ended.lines


def test_files_that_changed_since_do_not_stop_it(sit: Sitting) -> None:
    """The series grew after its value was taken, then it was cleaned away: recorded as it was when it was named."""
    sit(RUN, TYPED[:20])
    (sit.directory / EVIDENCE).unlink()
    assert sit(RESUME, TYPED[20:]).code == 0
    shown = sit(("show", f"packages/{PACKAGE}#1", "--format", "json"), now=LATER).json["data"]
    assert "mismatch_rate 1.8" not in str(shown) and '"mismatch_rate": 1.8' in json.dumps(shown)
    assert sit.typed.audited() == []


def test_what_cannot_be_recorded_can_be_written_down(sit: Sitting) -> None:
    """Its card is changed and merged at the last minute: it counts for what it was, and nothing of it is lost."""
    sit(RUN, TYPED[:-1])
    place = sit.directory / f"governance/cards/{CARD}.yaml"
    was = place.read_text("utf-8")

    def merge(text: str) -> None:
        place.write_text(text, "utf-8")
        git(sit.directory, "commit", "-qam", "Change the card")
        git(sit.directory, "push", "-q")

    sit.hands.before = lambda _: merge(was.replace("becomes: 13.2", "becomes: 13.4"))
    ended = sit(RESUME, [TYPED[-1]])
    file = f"answers/2026-11-20-{CARD}.yaml"
    assert (ended.code, ended.advice) == (1, ("type", f"govern drill run {CARD} --write-answers {file}"))
    assert sit(RESUME).advice == ("type", f"govern drill run {CARD} --force")
    written = sit((*CALLED, "--write-answers", file))
    assert (written.code, written.advice) == (0, ("next", f"govern drill run {CARD} --answers {file}"))
    assert sit((*CALLED, "--write-answers", file)).code == 1, "it writes over nothing"
    assert sit(("validate", file)).code == 0
    assert sit((*CALLED, "--answers", file), now=LATER).code == 1
    merge(was)
    assert sit((*CALLED, "--answers", file), now=LATER).code == 0
    assert sit(RESUME, now=LATER).lines[0] == f"recorded as packages/{PACKAGE}#1"
    assert sit.drills() == 1 and sit.typed.audited() == []


def test_nobody_reads_what_an_owner_decided_alone(sit: Sitting) -> None:
    sit(RUN, [*TYPED[:9], (TYPED[9][0], "wait P9D mismatch_rate because zebra")])
    shown = ""
    for words in (
        RESUME,
        RUN,
        ("status",),
        ("drill", "week"),
        ("drill", "brief", CARD),
        ("drill", "history"),
    ):
        shown += sit(words).text
    refused = sit((*CALLED, "--write-answers", "answers/x.yaml"))
    assert (refused.code, refused.advice) == (1, ("type", GO_ON))
    shown += refused.text
    assert "mara's answer is kept" in shown and f"interrupted here: {CARD}" in shown
    assert not {"P9D", "zebra"} & set(shown.replace(",", " ").split())


def test_where_nothing_can_be_kept_no_drill_begins(sit: Sitting) -> None:
    drills = sit.kept.parent
    shutil.rmtree(drills, ignore_errors=True)
    drills.touch()
    ended = sit(RUN)
    assert ended.code == 2 and "cannot be written: File exists" in " ".join(ended.text.split())
    assert ended.advice == ("type", f"ls -ld {drills}")


def test_disk_that_fills_up_in_the_middle_is_said_and_the_drill_goes_on(sit: Sitting) -> None:
    def fills_up(text: str) -> None:
        if "strict snapshot" in text:
            shutil.rmtree(sit.kept.parent)
            sit.kept.parent.touch()
        if "Template block size" in text:
            sit.kept.parent.unlink()

    sit.hands.before = fills_up
    ended = sit(RUN, TYPED)
    assert ended.code == 0 and "NOT kept yet: " in ended.text and sit.drills() == 1


def test_what_stands_beside_an_answer_is_said(sit: Sitting) -> None:
    dialogue = [
        *TYPED[:2],
        (TYPED[2][0], "n a second try"),
        (TYPED[2][0], "s"),
        (TYPED[3][0], "u"),
        TYPED[2],
        TYPED[3],
        *TYPED[4:12],
        (TYPED[12][0], f"{EVIDENCE}"),
    ]
    ended = sit(RUN, dialogue)
    for line in (
        " rehearses integrity-l2, Integrity, level 2",
        "  noted at 5:00",
        "  taken back at 5:00",
        "  acknowledged: release -> analytics at 9:30",
        f"  {EVIDENCE} as it is now: mismatch_rate 1.8, latency_change",
    ):
        assert line in ended.lines, ended.text


def test_session_of_another_version_is_begun_anew(sit: Sitting) -> None:
    sit(RUN, TYPED[:3])
    sit.kept.write_text(json.dumps(json.loads(sit.kept.read_text("utf-8")) | {"answers": {}}), "utf-8")
    ended = sit(RESUME)
    assert (ended.code, ended.advice) == (2, ("type", f"govern drill run {CARD} --force"))
    assert sit((*RUN, "--force")).code == 130


def test_card_that_is_not_there_any_more_is_not_offered(sit: Sitting) -> None:
    sit(RUN, TYPED[:3])
    sit.kept.rename(sit.kept.with_name("gone.json"))
    assert "gone" not in sit(("drill", "week")).text


SAT: Dialogue = (
    ("what nearly happened", "XR peaked, nobody's fault"),
    ("the trigger fires", ""),
    ("served the baseline again", ""),
    ("three that were missing", "runbook.thresholds,gates.soak,gates.kpi_score"),
)
TABLETOP = ("drill", "tabletop", "ranker-v12")
GIVEN = (
    "",
    """ --near-miss 'XR peaked, nobody'"'"'s fault'""",
    """ --near-miss 'XR peaked, nobody'"'"'s fault'""",
    """ --near-miss 'XR peaked, nobody'"'"'s fault' --took 0:00""",
)


@pytest.mark.parametrize("place", range(len(SAT)))
@pytest.mark.parametrize("how", [KeyboardInterrupt, EOFError])
def test_stopped_tabletop_gives_the_line_that_goes_on(
    place: int, how: type[BaseException], sit: Sitting
) -> None:
    sit.hands.stop = how
    before = sit.typed.tip
    ended = sit(TABLETOP, SAT[:place])
    assert ended.lines[0].startswith("[1/4 near-miss]   thirty minutes in one sitting")
    assert (ended.code, ended.advice) == (130, ("type", f"govern drill tabletop ranker-v12{GIVEN[place]}"))
    assert sit.typed.tip == before


def test_tabletop_that_the_remote_refuses_is_not_talked_through_again(sit: Sitting) -> None:
    back = None

    def goes(text: str) -> None:
        nonlocal back
        if "three" in text and back is None:
            back = away(sit)

    sit.hands.before = goes
    ended = sit(TABLETOP, [*SAT[:3], (SAT[3][0], "gates.soak"), SAT[3]])
    assert "  three fields of a packet, with commas: not `gates.soak`" in ended.lines
    who, line = ended.advice
    assert (ended.code, who) == (2, "type")
    assert line == f"govern drill tabletop ranker-v12{GIVEN[3]} --missing {SAT[3][1]} --offline"
    near, took, missing = SAT[0][1], "0:00", SAT[3][1]
    words = (*TABLETOP, "--near-miss", near, "--took", took, "--missing", missing, "--offline")
    assert sit(words).code == 4
    assert back is not None
    back()
    assert sit(("sync",)).code == 0 and sit.typed.audited() == []
