"""Questions of a drill on a terminal: the clock runs in the line while somebody thinks, and a hidden answer is hidden.

Keys are read one by one, so that the line can be drawn anew every second. On a terminal that cannot redraw a line, the
question is printed once.
"""

import codecs
import os
import select
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from getpass import getpass

from govern.operations.drills.clock import seconds_between
from govern.report.wrap import WIDTH, printable, wrapped

INSTANT = "%Y-%m-%dT%H:%M:%SZ"
ROOM = 68  # where the time of a line ends
TICK = 1.0  # seconds between two drawings of the clock
ERASE, WORD, LINE, END = ("\x7f", "\b"), "\x17", "\x15", "\x04"


class WallClock:
    """The clock of this machine: a drill is the one command that takes time while it runs. It never goes back."""

    latest = ""
    ahead = timedelta()  # of this machine's, which went back while the drill was interrupted

    def now(self) -> str:
        self.latest = max(self.latest, (datetime.now(UTC) + self.ahead).strftime(INSTANT))  # noqa: TID251
        return self.latest

    def go_on_from(self, at: str) -> None:
        self.ahead += timedelta(seconds=seconds_between(self.now(), at))


def question(text: str, time: str) -> str:
    """One line of a question, its time at the right."""
    return f"{text}{time.rjust(max(len(time) + 1, ROOM - len(text)))}"


class Terminal:
    """Where people type. What is typed ahead of a question answers it."""

    def __init__(self) -> None:
        self._ahead = ""

    def ask(self, text: str, time: Callable[[], str], *, hidden: bool = False) -> str:
        """What was typed. KeyboardInterrupt and EOFError as ever; a hidden answer is never shown."""
        *above, text = textwrap.wrap(
            printable(text), ROOM - 8, drop_whitespace=False, subsequent_indent="   "
        )
        print("\n".join(above), end="\n" if above else "")
        if not _redraws():
            prompt = f"{question(text, time())} > "
            return getpass(prompt) if hidden else input(prompt)
        with _keys() as read:
            return self._line(text, time, read, hidden=hidden)

    def _line(self, text: str, time: Callable[[], str], read: Callable[[float], str], *, hidden: bool) -> str:
        typed, keys = "", self._ahead
        while True:
            for place, key in enumerate(keys):
                if key in "\r\n":
                    self._ahead = keys[place + 1 :]
                    _end(question(text, time()), "****" if hidden else printable(typed))
                    return typed
                typed = _edited(typed, key)
            _draw(f"{question(text, time())} > {'*' * min(len(typed), 4) if hidden else typed}")
            keys = read(TICK)


def _end(asked: str, typed: str) -> None:
    """The question as it stays, with its answer beside or below it."""
    beside = f"{asked} > {typed}" if typed else asked
    _draw(beside if len(beside) <= WIDTH else asked)
    sys.stdout.write("\n")
    if len(beside) > WIDTH:
        print("\n".join(wrapped(typed, "   > ")))


def _redraws() -> bool:
    try:
        import termios  # noqa: F401  # not everywhere
    except ImportError:
        return False
    return os.environ.get("TERM", "dumb") != "dumb" and shutil.get_terminal_size().columns >= WIDTH


def _edited(typed: str, key: str) -> str:
    if key in ERASE:
        return typed[:-1]
    if key == LINE:
        return ""
    if key == WORD:
        return typed.rstrip().rpartition(" ")[0]
    if key == END and not typed:
        raise EOFError
    return typed + key if key.isprintable() else typed


def _draw(line: str) -> None:
    """The line anew; of one that is wider than the terminal its end is seen."""
    wide = shutil.get_terminal_size().columns - 1
    sys.stdout.write(f"\r\x1b[K{line if len(line) <= wide else '…' + line[1 - wide :]}")
    sys.stdout.flush()


@contextmanager
def _keys() -> Iterator[Callable[[float], str]]:
    """A function that waits so many seconds for keys; the terminal is as before at the end."""
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def read(seconds: float) -> str:
        if not select.select([descriptor], [], [], seconds)[0]:
            return ""
        data = os.read(descriptor, 1024)
        if not data:
            raise EOFError
        return decode(data)

    try:
        tty.setcbreak(descriptor, termios.TCSADRAIN)
        yield read
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
