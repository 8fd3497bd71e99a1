"""The command line: the only room that knows typer. One noun a module; words in, an answer out."""
