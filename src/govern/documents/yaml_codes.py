"""The fault of a file that is not the YAML we read, and what each code means."""

from govern.domain.rules.view import Explanation


class YamlFault(Exception):  # noqa: N818  # a value that travels up to the catalog, never an error of the program
    """Why bytes are not a document: a stable code, one-based line and column, and how to mend it."""

    def __init__(self, code: str, message: str, line: int, column: int, hint: str = "") -> None:
        super().__init__(f"{line}:{column}: {code}: {message}")
        self.code = code
        self.message = message
        self.line = line
        self.column = column
        self.hint = hint


TWICE = "Two readers of the same file would see different values, and one of them decides."

CODES = {
    "GOV-YML-001": Explanation(
        "not YAML",
        "The file cannot be read to its end; what stands after the fault is unknown.",
        "Mend the line. A text with `: `, `#` or a bracket in it needs quotes.",
    ),
    "GOV-YML-002": Explanation(
        "not plain UTF-8",
        "Other encodings and byte order marks change the first key.",
        "Save the file as UTF-8 without a byte order mark.",
    ),
    "GOV-YML-003": Explanation(
        "a carriage return",
        "The digest of a file must not depend on the editor that saved it.",
        "Save the file with LF line ends.",
    ),
    "GOV-YML-004": Explanation(
        "control character",
        "Control, direction and surrogate characters hide or move text on a screen.",
        "Delete the character, or the escape that makes it.",
    ),
    "GOV-YML-005": Explanation(
        "over a limit",
        "A document of this size is a mistake or an attack.",
        "Split it; rows of a table go into a data file.",
    ),
    "GOV-YML-006": Explanation(
        "can be read in two ways", TWICE, "Put it in quotes, or write a plain number."
    ),
    "GOV-YML-007": Explanation(
        "an empty block of text",
        "`>` and `|` begin a block of text in YAML; they are no comparison.",
        "Write the operator as a word: above, at_least, below, at_most.",
    ),
    "GOV-YML-008": Explanation(
        "anchor or alias",
        "A value that stands elsewhere cannot be reviewed where it is used.",
        "Write the value out.",
    ),
    "GOV-YML-009": Explanation("a tag", "Tags make objects; documents hold plain values.", "Delete the tag."),
    "GOV-YML-010": Explanation("a directive", "It changes how all that follows is read.", "Delete the line."),
    "GOV-YML-011": Explanation(
        "several documents", "Most readers see the first alone.", "One file for each."
    ),
    "GOV-YML-012": Explanation("the same key twice", TWICE, "Keep one of the two."),
    "GOV-YML-013": Explanation("a key that is not text", TWICE, "Put the key in quotes."),
    "GOV-YML-014": Explanation(
        "a key in decomposed letters",
        "Two keys would look alike and differ in their bytes.",
        "Type the key again in composed form (NFC).",
    ),
    "GOV-YML-015": Explanation(
        "a number out of range",
        "Not every reader keeps so many digits, and none agrees on infinity.",
        "Use fewer digits, or quotes if it is a name.",
    ),
    "GOV-YML-016": Explanation(
        "an empty file", "There is nothing to read.", "Write a document, or delete the file."
    ),
}
