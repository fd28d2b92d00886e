"""The settings of an installation: environment variables that start with `POLARIS_`."""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_data_dir() -> Path:
    """Return `$XDG_DATA_HOME/polaris`, else `~/.local/share/polaris`; as root `/var/lib/polaris`.

    Root needs another directory because PostgreSQL then runs as another user, which cannot access
    root's home directory.
    """
    if place := os.environ.get("XDG_DATA_HOME"):
        return Path(place) / "polaris"
    if os.geteuid() == 0:
        return Path("/var/lib/polaris")
    return Path.home() / ".local" / "share" / "polaris"


class Settings(BaseSettings):
    """Every setting, read from the environment, with its default."""

    model_config = SettingsConfigDict(env_prefix="POLARIS_", env_ignore_empty=True, frozen=True)

    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="The directory of the embedded database. Ignored if a database URL is set.",
    )
    database_url: str | None = Field(
        default=None,
        description="URL of a PostgreSQL server (version 15 or later) to use instead of the"
        " embedded database.",
    )
    tenant: str | None = Field(
        default=None,
        description="Id of the tenant of commands without `--tenant`. Default: the only tenant.",
    )
    prepare_statements: bool = Field(
        default=True,
        description="Whether the database prepares each statement once per connection. "
        "Switch it off behind a connection pooler in transaction mode.",
    )
    encryption_key: str | None = Field(
        default=None,
        repr=False,
        description="The key that encrypts stored secrets, such as keys of payment providers: 32"
        " bytes in URL-safe Base64. Several keys, separated by commas: the first one encrypts, and"
        " all decrypt. Default: the file `encryption.key` in the data directory, which Polaris"
        " creates; with an external database there is no default.",
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port to listen on.")
    public_url: str | None = Field(
        default=None,
        description="The URL at which others reach this installation, such as"
        " `https://billing.example.com`. Webhooks name it as their issuer. Default: the address to"
        " listen on.",
    )
    webhooks_allow_private: bool = Field(
        default=False,
        description="Whether webhooks may be sent to private, loopback and link-local addresses.",
    )
    webhooks_concurrency: int = Field(
        default=10,
        ge=1,
        le=1000,
        description="How many webhooks are sent to one endpoint at the same time.",
    )
    webhooks_pause_after_hours: float = Field(
        default=120,
        gt=0,
        description="After how many hours without a success a failing webhook endpoint is paused.",
    )
    webhooks_keep_days: int = Field(
        default=90,
        ge=7,
        description="After how many days webhooks that were delivered or have failed are deleted,"
        " with their attempts. They can be sent again at any time: they are then made anew, under"
        " the same ids.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least severe message that is still logged."
    )
    oidc_issuer: str | None = Field(
        default=None,
        description="The issuer URL of an OpenID Connect provider. If it is set, operators can sign"
        " in there with their e-mail. The provider calls back at `/sign-in/provider/callback`.",
    )
    oidc_client_id: str | None = Field(
        default=None, description="Polaris's client id at the OpenID Connect provider."
    )
    oidc_client_secret: str | None = Field(
        default=None,
        repr=False,
        description="Polaris's client secret at the OpenID Connect provider. Without it, Polaris"
        " is a public client.",
    )
