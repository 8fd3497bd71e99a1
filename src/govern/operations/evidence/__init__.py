"""Measuring: sources and files opened, counted, and given to a command to record."""
