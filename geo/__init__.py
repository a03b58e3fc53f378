"""The ground: coordinates, weighted points, road graph, travel times, service circles.

Arrays and this package's own types in, arrays and types out. No health policy, no files, no
sockets.
"""
