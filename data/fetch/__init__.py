"""Open data by one command: the only place, with `data.postgis`, that opens a socket."""
