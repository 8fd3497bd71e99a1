"""Rehearsals of packages: what a drill was, what it is worth, and what follows."""
