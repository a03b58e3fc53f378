"""The command line, `servicecircle COMMAND`: only this room prints and configures logging."""

from planning.cli.entry import main

__all__ = ["main"]
