"""The way in. What a hook runs on every commit is answered before the command-line library is imported."""

import sys


def main() -> int:
    """Dispatch one command line. `python -m govern` inside a checkout could import its files: refused."""
    argv = sys.argv[1:]
    if argv == ["--version"]:
        from govern import __version__

        print(f"govern {__version__}")
        return 0
    if argv[:1] == ["validate"]:
        from govern.cli.validate import main as validate

        if (code := validate(argv[1:])) is not None:
            return code
    from govern.cli.app import main as app

    return app(argv)


def _guard() -> None:
    """`python -m` puts the current folder first on the path, so that a checkout could shadow any module."""
    if not (sys.flags.safe_path or sys.flags.isolated):
        raise SystemExit("refused: `python -m govern` would import modules from this folder\ntype: govern")


if __name__ == "__main__":
    _guard()
    raise SystemExit(main())
