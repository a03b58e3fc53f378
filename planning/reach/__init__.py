"""Who is inside the circle: travel times, coverage, gaps, villages."""
