"""The command line: `servicecircle COMMAND`. Only this package prints and configures logging."""

from planning.cli.entry import main

__all__ = ["main"]
