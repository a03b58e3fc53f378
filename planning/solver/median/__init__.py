"""The p-median: everybody at an open site, least people times cost."""
