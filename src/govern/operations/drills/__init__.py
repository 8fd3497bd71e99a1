"""Running a drill: its session, its answers from files, and what shows that the baseline is back."""
