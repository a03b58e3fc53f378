"""The built-in county: terrain, settlement, roads, services and the files they are shipped as."""
