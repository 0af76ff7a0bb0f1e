# SPDX-License-Identifier: GPL-3.0-or-later
"""What the library says when it cannot do what it was asked."""

from enum import IntEnum


class Status(IntEnum):
    """What went wrong, by what the caller can do about it (``trygg_status``)."""

    NOMEM = 1
    INVAL = 2
    IO = 3
    PARSE = 4
    LIMIT = 5
    NAME = 6
    CODEBOOK = 7
    DATA = 8
    DESIGN = 9
    NUMERIC = 10
    UNSUPPORTED = 11
    CANCELLED = 12
    INTERNAL = 13


class Error(Exception):
    """A call of the library failed.

    ``code`` is a :class:`Status`; ``file``, ``line``, ``column`` and ``field`` say where, empty or 0 where they do
    not apply.
    """

    def __init__(
        self, message: str, code: int = Status.INTERNAL, file: str = "", line: int = 0, column: int = 0, field: str = ""
    ) -> None:
        super().__init__(message, code, file, line, column, field)
        self.message = message
        self.code = Status(code)
        self.file = file
        self.line = line
        self.column = column
        self.field = field

    def __str__(self) -> str:
        place = ":".join([self.file] + [str(number) for number in (self.line, self.column) if number])
        place = " ".join(part for part in (place, f"({self.field})" if self.field else "") if part)
        return f"{place}: {self.message}" if place else self.message



class DataWarning(UserWarning):
    """Some records of the data are not used."""
