"""What the world gives us: study file, readers, stores, the built-in county."""
