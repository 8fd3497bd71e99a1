"""The way back, and all that is owed after it."""
