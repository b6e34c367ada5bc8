"""checker.toml -> Settings; where the workspace is.

A workspace is a folder with a `checker.toml`, `rules/`, `corpus/` and `data/`. Every setting has a default, can be
set in `checker.toml`, and can be overridden by `CHECKER_<SECTION>_<NAME>` in the environment (top-level settings:
`CHECKER_<NAME>`). The mail login is read from the environment only.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from checker.errors import SettingsError, WorkspaceError
from checker.knowledge import line_of, read_toml, sentence

FILE = "checker.toml"

Language = Literal["zh-Hant", "zh-Hans", "en"]


SPEC = r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
ADDRESS = re.compile(rf"(?P<name>[^<>]*)<(?P<spec>{SPEC})>|(?P<plain>{SPEC})", re.ASCII)
"""The mail addresses people use (RFC 5322 without comments, quoted and obsolete forms)."""


def mail_address(text: str) -> str:
    """The text, if it is a mail address."""
    if not text.isprintable() or not ADDRESS.fullmatch(text.strip()):
        raise ValueError(f"expected a mail address such as desk@example.org, not {text!r}")
    return text


MailAddress = Annotated[str, AfterValidator(mail_address)]


class Table(BaseModel):
    """A table of checker.toml: frozen, and a key nobody knows is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Crawl(Table):
    """How live sites are visited."""

    contact: str = ""
    delay: float = Field(2.0, ge=0)
    allow_private: bool = False
    pages: int = Field(500, gt=0)
    site_bytes: int = Field(1_000_000_000, gt=0)
    site_seconds: float = Field(21_600.0, gt=0)
    timeout: float = Field(30.0, gt=0)
    max_bytes: int = Field(10_000_000, gt=0)
    revisit: bool = True
    depth: int = Field(5, ge=0)
    connections: int = Field(8, gt=0)
    max_delay: float = Field(60.0, ge=0)
    patience: float = Field(300.0, ge=0)
    tls: Literal["strict", "record"] = "strict"
    browser: str = ""
    proxies: dict[str, str] = Field(default_factory=dict)

    @field_validator("contact")
    @classmethod
    def _fits_a_header(cls, contact: str) -> str:
        if not contact.isascii() or not contact.isprintable():
            raise ValueError("expected an e-mail or web address in plain ASCII")
        return contact

    @field_validator("proxies")
    @classmethod
    def _known_proxies(cls, proxies: dict[str, str]) -> dict[str, str]:
        for pattern, address in proxies.items():
            if not address.startswith(("http://", "https://")):
                raise ValueError(f"expected an http:// or https:// address as the proxy of {pattern}")
        return proxies


class Evidence(Table):
    """Who puts a time under the kept evidence, and whom they must lead to."""

    authorities: tuple[str, ...] = ()
    roots: str = ""

    @field_validator("authorities", mode="before")
    @classmethod
    def _words_of_the_environment(cls, given: object) -> object:
        return tuple(given.split()) if isinstance(given, str) else given

    @field_validator("authorities")
    @classmethod
    def _addresses(cls, authorities: tuple[str, ...]) -> tuple[str, ...]:
        for each in authorities:
            if not re.fullmatch(r"https?://[!-~]{1,150}", each):
                raise ValueError(f"expected an http:// or https:// address of at most 150 characters, not {each!r}")
        return authorities

    @model_validator(mode="after")
    def _can_be_checked(self) -> Self:
        if self.authorities and not self.roots:
            raise ValueError("expected roots, a PEM file of the certificates that the authorities lead to")
        return self


class Mail(Table):
    """How the report leaves the house."""

    host: str = "localhost"
    port: int = Field(25, gt=0, lt=65536)
    security: Literal["none", "starttls", "tls"] = "starttls"
    sender: MailAddress = "rights@example.org"
    reply_to: MailAddress | Literal[""] = ""
    attachment_bytes: int = Field(5_000_000, ge=0)
    link: str = ""  # address of a case's review page, with {case} in it; "" where mails cannot link to one
    user: str = ""
    password: SecretStr = SecretStr("")

    @field_validator("link")
    @classmethod
    def _names_a_case(cls, link: str) -> str:
        if link and not ("{case}" in link and link.startswith(("http://", "https://"))):
            raise ValueError("expected an http:// or https:// address with {case} in it")
        return link


class Reader(Table):
    """One reader of the report."""

    to: MailAddress
    language: Language = "zh-Hant"
    frequency: Literal["weekly", "daily"] = "weekly"
    view: Literal["full", "management"] = "full"
    channel: str = ""


class Settings(Table):
    """All settings of a workspace, checked."""

    database: str = "sqlite:///data/checker.db"
    timezone: str = "Asia/Shanghai"
    language: Language = "zh-Hant"
    crawl: Crawl = Crawl()
    evidence: Evidence = Evidence()
    mail: Mail = Mail()
    readers: tuple[Reader, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, OSError, ValueError) as error:
            raise ValueError(f"expected a time zone such as Asia/Shanghai, not {name!r}") from error
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of weeks and days."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True)
class Workspace:
    """A folder that holds everything: settings, rules, corpus and data."""

    root: Path
    settings: Settings

    @property
    def rules(self) -> Path:
        """The folder of rule packs, credit forms and licences."""
        return self.root / "rules"

    @property
    def corpus(self) -> Path:
        """The folder of corpus files."""
        return self.root / "corpus"

    @property
    def data(self) -> Path:
        """The folder of everything the checker writes."""
        return self.root / "data"

    @property
    def index(self) -> Path:
        """The folder of the fingerprint index."""
        return self.data / "index"

    @property
    def evidence(self) -> Path:
        """The folder of kept pages, as WARC files."""
        return self.data / "evidence"

    @property
    def roots(self) -> Path:
        """The PEM file of the certificates that time-stamping authorities lead to."""
        return self.root / self.settings.evidence.roots

    @property
    def reports(self) -> Path:
        """The folder of written reports."""
        return self.data / "reports"

    @property
    def database(self) -> str:
        """The database address, a relative SQLite path taken from the workspace's root."""
        prefix = "sqlite:///"
        address = self.settings.database
        if not address.startswith(prefix):
            return address
        return prefix + str(self.root / address.removeprefix(prefix))


def find(start: Path) -> Path:
    """Return the nearest folder from `start` upwards that holds a checker.toml."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder
    raise WorkspaceError(f"no {FILE} here or above; make a workspace with: checker init", path=start)


def open_workspace(root: Path, environ: Mapping[str, str] = os.environ) -> Workspace:
    """Open the workspace at `root`, its settings read and checked."""
    if not (root / FILE).is_file():
        raise WorkspaceError(f"expected a workspace with a {FILE}", path=root)
    return Workspace(root.resolve(), load(root / FILE, environ))


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read settings from a TOML file and the environment; SettingsError names file, line and what was expected."""
    text, values = read_toml(path, SettingsError)
    for key in ("user", "password"):
        if key in values.get("mail", {}):
            raise SettingsError(
                f"mail.{key} does not belong in a file; set CHECKER_MAIL_{key.upper()} in the environment",
                path=path,
                line=line_of(text, ("mail", key)),
            )
    override(values, environ)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        message, place = sentence(error)
        raise SettingsError(message, path=path, line=line_of(text, place)) from error


def override(values: dict[str, Any], environ: Mapping[str, str]) -> None:
    """Put `CHECKER_<SECTION>_<NAME>` from the environment over the values of the file."""
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, Table):
            for key in section.model_fields:
                if (value := environ.get(f"CHECKER_{name}_{key}".upper())) is not None:
                    values.setdefault(name, {})[key] = value
        elif (value := environ.get(f"CHECKER_{name}".upper())) is not None and name != "readers":
            values[name] = value
