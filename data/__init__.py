"""What the world gives us: study file, readers, audit of what was read, stores, the built-in county."""
