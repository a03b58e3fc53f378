"""From the point to centre and hospital, and the islands that depend on a boat."""
