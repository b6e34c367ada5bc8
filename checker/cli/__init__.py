"""The commands: the only place that prints, and that ends the program with an exit code."""

from checker.cli import decisions, findings, init, licence, own_check, read, register, report, rules, runs, scan
from checker.cli.app import main

__all__ = [
    "decisions",
    "findings",
    "init",
    "licence",
    "main",
    "own_check",
    "read",
    "register",
    "report",
    "rules",
    "runs",
    "scan",
]
