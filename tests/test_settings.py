"""Settings: what stands in checker.toml, what the environment overrides, where the workspace is."""

import tomllib
from pathlib import Path

import pytest

from checker.errors import SettingsError, WorkspaceError
from checker.settings import Settings, find, load, open_workspace

ROOT = Path(__file__).parents[1]


def written(folder: Path, text: str) -> Path:
    path = folder / "checker.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_file_shows_every_setting_with_its_default() -> None:
    shown = tomllib.loads((ROOT / "checker.toml").read_text(encoding="utf-8"))
    defaults = Settings().model_dump(mode="json")
    for name, value in shown.items():
        assert value == ({key: defaults[name][key] for key in value} if isinstance(value, dict) else defaults[name]), (
            name
        )
    left_out = {name: set(defaults[name]) - set(shown[name]) for name in ("crawl", "mail")}
    assert left_out == {"crawl": {"proxies"}, "mail": {"user", "password"}}


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("CHECKER_DATABASE", "postgresql+psycopg://u@h/n", lambda s: s.database == "postgresql+psycopg://u@h/n"),
        ("CHECKER_LANGUAGE", "en", lambda s: s.language == "en"),
        ("CHECKER_CRAWL_DELAY", "5", lambda s: s.crawl.delay == 5.0),
        ("CHECKER_CRAWL_ALLOW_PRIVATE", "true", lambda s: s.crawl.allow_private),
        ("CHECKER_MAIL_PORT", "587", lambda s: s.mail.port == 587),
        ("CHECKER_MAIL_PASSWORD", "hunter2", lambda s: s.mail.password.get_secret_value() == "hunter2"),
    ],
)
def test_the_environment_overrides_the_file(name: str, value: str, read: object, tmp_path: Path) -> None:
    path = written(tmp_path, "[crawl]\ndelay = 1.0\n")
    assert read(load(path, {name: value}))  # type: ignore[operator]


def test_a_secret_is_never_printed(tmp_path: Path) -> None:
    settings = load(written(tmp_path, ""), {"CHECKER_MAIL_PASSWORD": "hunter2"})
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "environ", "message"),
    [
        ("\n\n[crawl]\npages = 0\n", {}, "checker.toml:4: crawl.pages: "),
        ("[crawl]\nspeed = 3\n", {}, "checker.toml:2: unknown key crawl.speed"),
        ('language = "fr"\n', {}, "checker.toml:1: language: "),
        ("", {"CHECKER_CRAWL_DELAY": "soon"}, "crawl.delay: "),
        ('[[readers]]\nlanguage = "en"\n', {}, "readers.0.to"),
        ('[[readers]]\nto = "nobody"\n', {}, "expected a mail address such as desk@example.org, not 'nobody'"),
        ('[mail]\nsender = "a@b\\nBcc: c@d"\n', {}, "checker.toml:2: mail.sender: "),
        ('[mail]\nreply_to = "desk"\n', {}, "checker.toml:2: mail.reply_to"),
        ('[mail]\nlink = "https://x.example/"\n', {}, "checker.toml:2: mail.link: "),
    ],
)
def test_a_wrong_setting_is_one_line_with_its_place(
    text: str, environ: dict[str, str], message: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, text), environ)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_nearest_workspace_upwards_is_found(tmp_path: Path) -> None:
    written(tmp_path, "")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert find(inner) == tmp_path.resolve()
    written(tmp_path / "a", "")
    assert find(inner) == (tmp_path / "a").resolve()


def test_a_folder_without_settings_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"expected a workspace with a checker\.toml"):
        open_workspace(tmp_path, {})


def test_a_relative_database_lies_in_the_workspace(tmp_path: Path) -> None:
    written(tmp_path, "")
    assert open_workspace(tmp_path, {}).database == f"sqlite:///{tmp_path.resolve()}/data/checker.db"
