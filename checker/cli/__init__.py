"""The commands: the only place that prints, and that ends the program with an exit code."""

from checker.cli import (
    again,
    bulk,
    decisions,
    explain,
    findings,
    init,
    licence,
    own_check,
    read,
    register,
    report,
    rules,
    runs,
    scan,
    sites,
    verify,
)
from checker.cli.app import main

__all__ = [
    "again",
    "bulk",
    "decisions",
    "explain",
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
    "sites",
    "verify",
]
