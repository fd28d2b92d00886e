"""Where an installation's settings come from."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from polaris.settings import Settings


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLARIS_DATA_DIR", "/srv/books")
    monkeypatch.setenv("POLARIS_DATABASE_URL", "postgresql://db/books")
    monkeypatch.setenv("POLARIS_PORT", "80")
    settings = Settings()
    assert settings.data_dir == Path("/srv/books")
    assert settings.database_url == "postgresql://db/books"
    assert (settings.host, settings.port, settings.log_level) == ("127.0.0.1", 80, "info")


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """`POLARIS_DATABASE_URL=` in a file of settings means the embedded server."""
    monkeypatch.setenv("POLARIS_DATABASE_URL", "")
    assert Settings().database_url is None


def test_the_books_lie_with_the_users_other_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/share")
    assert Settings().data_dir == Path("/srv/share/polaris")


def test_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLARIS_PORT", "eighty")
    with pytest.raises(ValidationError, match="port"):
        Settings()
