"""People per centre in its three views (standard N1)."""
