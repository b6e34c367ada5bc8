"""The commands: the only place that prints, and that ends the program with an exit code."""

from checker.cli import findings, init, read, register, rules, runs, scan
from checker.cli.app import main

__all__ = ["findings", "init", "main", "read", "register", "rules", "runs", "scan"]
