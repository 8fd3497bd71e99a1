"""Triggers over real values: measured now, read from a file, or replayed over the past."""
