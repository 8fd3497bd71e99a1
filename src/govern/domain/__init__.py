"""Pure decisions over values: no clock, no disk, no git."""
