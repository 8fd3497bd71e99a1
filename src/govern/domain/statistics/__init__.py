"""Statistics that hold at every look: numbers in, numbers out. What they mean for a KPI is said in `anytime`."""
