"""The only room that opens documents, ledger and evidence together."""
