"""Going back, and what follows it: rehearsed, executed, verified, relabelled, reconciled."""
