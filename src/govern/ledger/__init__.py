"""The ledger room: the only one that knows git."""
