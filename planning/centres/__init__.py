"""Is each centre the right size: service people, ratios, loads, capacity, catchments."""
