"""Fingerprints: the identity of a value is a hash of its content, never of a path or a time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np


def fingerprint(value: Any) -> str:
    """Return 32 hexadecimal digits that follow from the content of a value.

    Parameters
    ----------
    value
        Arrays (by type, shape and content), dataclasses and mappings (by name of field or key) of
        such; everything else by its `repr`.

    Returns
    -------
    str
        The same for the same content on every machine of the same byte order.

    >>> fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    True
    """
    digest = hashlib.blake2b(digest_size=16)
    _absorb(digest, value)
    return digest.hexdigest()


def _absorb(digest: Any, value: Any) -> None:
    """Feed a value to the hash: arrays with their type and shape, mappings in order of key."""
    if isinstance(value, np.ndarray):
        digest.update(f"{value.dtype.str}{value.shape}".encode())
        digest.update(np.ascontiguousarray(value).data)
    elif is_dataclass(value):
        for each in fields(value):
            digest.update(each.name.encode())
            _absorb(digest, getattr(value, each.name))
    elif isinstance(value, Mapping):
        for key in sorted(value):
            digest.update(key.encode())
            _absorb(digest, value[key])
    else:
        digest.update(repr(value).encode())
