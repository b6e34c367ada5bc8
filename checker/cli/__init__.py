"""The commands: the only place that prints, and that ends the program with an exit code."""

from checker.cli.app import main

__all__ = ["main"]
