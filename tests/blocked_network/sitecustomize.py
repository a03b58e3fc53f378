"""Put first on PYTHONPATH by the tests, so that subprocesses refuse the internet as well."""

import socket

_connect = socket.socket.connect


def _loopback_only(self, address):
    if self.family != socket.AF_UNIX and str(address[0]) not in {"127.0.0.1", "localhost", "::1"}:
        raise RuntimeError(f"a test asked for the internet: {address}")
    return _connect(self, address)


socket.socket.connect = _loopback_only
