"""The tree of errors. An error stops a command; what is merely bad news about a page is an outcome or a finding.

CheckerError                 one clear line for the user, exit code 2
├── UsageError               the command's words are off
├── WorkspaceError           no workspace, or a broken one
├── SettingsError            checker.toml or an environment variable is wrong
├── RulePackError            a file under rules/ is wrong
├── LicenceError             the licence register is wrong
├── ArticleError             a registered text is refused (one file or line of it; the rest goes in)
├── IndexFormatError         the index on disk is of another version, or damaged
├── StoreError               the database cannot be opened, migrated or written
├── EvidenceError            kept evidence is missing, damaged, or cannot be written
├── StampError               a time-stamping authority gave no time stamp, or one that proves nothing
├── WorkersError             the processes that read pages cannot be started
└── MailError                the mail could not be handed over
PageError                    this page cannot be judged; carries its outcome, never reaches a user
"""

from pathlib import Path

from checker.model import PageOutcome


class CheckerError(Exception):
    """Something stops the command; the message is one line a user can act on."""


class FileError(CheckerError):
    """A problem at a place in a file, printed as `file:line: expected ...`."""

    def __init__(self, message: str, *, path: Path | str | None = None, line: int | None = None) -> None:
        place = "" if path is None else f"{path}:{line}: " if line else f"{path}: "
        super().__init__(f"{place}{message}")
        self.message = message
        self.path = path
        self.line = line


class UsageError(CheckerError):
    """The words of the command do not fit together."""


class WorkspaceError(FileError):
    """There is no workspace here, or a part of it is missing."""


class SettingsError(FileError):
    """A setting is unknown, of the wrong type, or missing."""


class RulePackError(FileError):
    """A rule pack does not say what a rule pack must say."""


class LicenceError(FileError):
    """A licence does not say what a licence must say."""


class ArticleError(FileError):
    """A text cannot be registered."""


class IndexFormatError(FileError):
    """The index on disk cannot be read by this version."""


class StoreError(CheckerError):
    """The database cannot be used."""


class EvidenceError(FileError):
    """Kept evidence cannot be read or written."""


class StampError(CheckerError):
    """An authority gave no time stamp, or one that proves nothing."""


class WorkersError(CheckerError):
    """The processes that read pages cannot be started."""


class MailError(CheckerError):
    """The mail server did not take the mail."""


class PageError(Exception):
    """A page cannot be judged: the outcome it gets, and why."""

    def __init__(self, outcome: PageOutcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason

    def __reduce__(self) -> tuple[type["PageError"], tuple[PageOutcome, str]]:
        """Cross the pipe of a worker process whole."""
        return PageError, (self.outcome, self.reason)
