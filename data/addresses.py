"""Addresses of PostgreSQL databases in a study file; their password is never shown."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_SCHEMES = ("postgresql://", "postgres://")
_SECRETS = re.compile(
    r"(?P<user>postgres(?:ql)?://[^\s:/@?]*):\S*@|(?P<key>\b(?:ssl)?passw(?:or)?d\s*=\s*)[^&\s'\"]+",
    re.IGNORECASE,
)


class AddressError(ValueError):
    """An address that cannot be used; its text says why and never holds the password."""


class DatabaseAddress:
    """A `postgresql://` address.

    `str()` and `repr()` leave the password out, and there is no field that a generic writer of
    dataclasses would find: whoever needs the password asks for `secret_url` by name.

    Parameters
    ----------
    url
        `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`, all but the scheme and database optional;
        signs such as `@`, `:` and `/` in a password are written as %40, %3A, %2F.

    Raises
    ------
    AddressError
        When it is not such an address.
    """

    __slots__ = ("_url",)

    def __init__(self, url: str) -> None:
        if not is_address(url):
            raise AddressError("an address that begins with postgresql://")
        authority = re.split(r"[/?#]", url.split("://", 1)[1], maxsplit=1)[0]
        if url.split("?", 1)[0].count("@") > 1 or ("@" in url.split("?", 1)[0]) != (
            "@" in authority
        ):
            # Cut at the wrong sign, a part of the password would pass for the name of the host.
            raise AddressError("@ : / ? # % of the password written as %40 %3A %2F %3F %23 %25")
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError:
            raise AddressError("a host and a port") from None
        if not parts.path.strip("/"):
            raise AddressError("the name of the database after the host")
        self._url = url

    @property
    def secret_url(self) -> str:
        """The address as it was written, with its password."""
        return self._url

    @property
    def database(self) -> str:
        """Name of the database."""
        return unquote(urlsplit(self._url).path.strip("/"))

    def without_secrets(self, text: str) -> str:
        """Return a text of others, such as an error, without the password in any spelling."""
        parts = urlsplit(self._url)
        options = dict(option.partition("=")[::2] for option in parts.query.split("&"))
        written = {parts.password, options.get("password"), options.get("sslpassword")} - {None, ""}
        for secret in sorted({unquote(str(each)) for each in written} | set(map(str, written))):
            text = text.replace(secret, "***")
        return redacted(text)

    def __repr__(self) -> str:
        return redacted(self._url)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DatabaseAddress) and other._url == self._url

    def __hash__(self) -> int:
        return hash(self._url)


def is_address(text: str) -> bool:
    """Return True for a text that means to be the address of a database.

    >>> is_address("PostgreSQL://host/db"), is_address("zones.gpkg")
    (True, False)
    """
    return text.lower().lstrip().startswith(_SCHEMES)


def redacted(text: str) -> str:
    """Return a text without the passwords of database addresses in it.

    >>> redacted("postgresql://planner:s3cret@db.example/county")
    'postgresql://planner:***@db.example/county'
    """

    def hidden(found: re.Match[str]) -> str:
        return f"{found['user']}:***@" if found["user"] else f"{found['key']}***"

    return _SECRETS.sub(hidden, text)
