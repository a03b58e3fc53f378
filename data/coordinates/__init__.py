"""Where rows stand, and which coordinate system that is told in."""
