"""Values become text, JSON or SARIF. No disk, no git, no decision."""
