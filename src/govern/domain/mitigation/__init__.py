"""Lanes of cohorts that went back: what is recorded of them, and when they may come in again."""
