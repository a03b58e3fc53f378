"""Models composed of the families: cost, backup, expected cover, centre, villages, two levels."""
