"""Governance for changes of AI behaviour, in the team's own git repository."""

__version__ = "0.1.0"
