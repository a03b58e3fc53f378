"""Road files of every kind become one raw network, and that a routable graph."""
