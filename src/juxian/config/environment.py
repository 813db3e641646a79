"""What the environment may set (环境变量 ``JUXIAN_*``), typed and checked once at start."""

from __future__ import annotations

import os
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import Field, IPvAnyNetwork, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from juxian.core.secrecy import Method, new_secret
from juxian.core.source import Problem, Rejected
from juxian.core.text import Text

SHORTEST_KEY, LEAST_VARIED_KEY = 50, 10
SAMPLE_KEYS = ("django-insecure", "changeme", "change-me", "secret", "example")
FIELDS_KEY = "fields.key"
AWAITED = "fields.awaited"  # beside the key: fingerprint of the one that restored data was sealed with


class Environment(BaseSettings):
    """Every setting has a safe default for one machine; production sets hosts, database and address."""

    model_config = SettingsConfigDict(env_prefix="JUXIAN_", extra="ignore")

    home: Path = Field(Path("var"), description="where database, files and keys lie")
    demo: bool = Field(False, description="demonstration: sample accounts, plain HTTP on this machine")
    debug: bool = False
    database_url: str = Field(
        "", description="postgresql://user@host/name; empty: SQLite in the home directory"
    )
    database_pool: bool = Field(True, description="keep connections to PostgreSQL open between requests")
    database_wait_seconds: float = Field(
        20,
        gt=0,
        le=600,
        description="how long a writer waits for another, or for a server that does not answer, before it is refused",
    )
    secret_key: SecretStr = Field(
        SecretStr(""), description="empty: a generated one kept in the home directory"
    )
    allowed_hosts: list[str] = Field(
        ["localhost", "127.0.0.1", "[::1]", "testserver"], description="served host names"
    )
    public_address: str = Field("http://127.0.0.1:8000", description="absolute links begin with it")
    behind_proxy: bool = Field(
        False, description="a proxy ends HTTPS and sets X-Forwarded-Proto on every request"
    )
    trusted_proxies: list[IPvAnyNetwork] = Field(
        ["127.0.0.0/8", "::1/128"],
        validate_default=True,
        description='networks of proxies whose X-Forwarded-For counts, with JUXIAN_BEHIND_PROXY: ["10.0.0.5/32"]',
    )
    sign_in_misses: int = Field(
        100,
        ge=5,
        le=100_000,
        description="wrong passwords from one network address in a quarter of an hour before new names are held off",
    )
    first_code_hours: int = Field(
        48, ge=1, le=168, description="how long a one-time code for the first password of an account holds"
    )
    oidc_issuer: str = Field(
        "",
        pattern=r"^$|^https://[^\s?#]+$|^http://(localhost|127\.0\.0\.1)(:\d+)?(/[^\s?#]*)?$",
        description="sign-in through another system (OpenID Connect): its issuer; empty: none",
    )
    oidc_client: str = Field("", description="the name of this site there (client_id)")
    oidc_secret: SecretStr = Field(
        SecretStr(""), description="the secret of this site there; empty: a public client"
    )
    oidc_name: str = Field("统一身份认证", max_length=30, description="what pages call the other system")
    upload_megabytes: int = Field(30, ge=1, le=1000, description="largest file that is taken, in MB")
    uploads_at_once: int = Field(10, ge=1, le=100, description="most attached files in one form")
    export_rows: int = Field(
        10_000, ge=1, le=100_000, description="most persons of a list that one export holds"
    )
    visitor_asks_per_hour: int = Field(
        20,
        ge=1,
        le=10_000,
        description="most applications without an account from one network address in an hour",
    )
    visitor_lookups_per_hour: int = Field(
        120,
        ge=1,
        le=100_000,
        description="most questions for a case number from one network address in an hour",
    )
    uploads_per_day: int = Field(200, ge=1, description="most attached files of one user in a day")
    upload_megabytes_per_day: int = Field(1000, ge=1, description="most attached MB of one user in a day")
    seal_files: bool = Field(True, description="encrypt attached files at rest")
    cipher: Method = Field(
        Method.AES, description="how sensitive fields are encrypted: aes-256-gcm or sm4-gcm"
    )
    antivirus: str = Field(
        "",
        description="command that reads a file from standard input: 0 clean, 1 infected; files wait for it",
    )
    mail_url: SecretStr = Field(
        SecretStr(""),
        description="smtp://user:password@host:587 or smtps://…; folder:NAME writes files; empty: no mail",
    )
    mail_from: str = Field("juxian@localhost", description="sender of mail")
    webhooks: dict[str, str] = Field(
        {}, description='ways out of the site: {"sms": "https://…", "wecom": …, "dingtalk": …, "webhook": …}'
    )
    webhook_secret: SecretStr = Field(
        SecretStr(""), description="key of the HMAC-SHA256 signature of every POST; empty: the signing key"
    )
    hook_networks: list[str] = Field(
        [], description='private networks to which events may be sent, such as ["10.20.0.0/16"]; else none'
    )
    hook_ca: Path | None = Field(
        None,
        description="file with the certificates that receivers of events are checked by; empty: the system's",
    )
    audit_heads: Path | None = Field(
        None, description="where signed heads of the audit log are written; best another disk or machine"
    )
    second_factor: list[str] = Field(
        ["office", "department", "system_admin", "security_admin", "auditor"],
        description="roles that sign in with a second factor; none in a demonstration",
    )
    metrics_token: SecretStr = Field(
        SecretStr(""), description="who sends it as Bearer reads /metrics; empty: nobody by a token"
    )
    metrics_networks: list[IPvAnyNetwork] = Field(
        [], description='networks that read /metrics without a token: ["127.0.0.1/32"]'
    )
    search_first: bool = Field(False, description="the register shows nobody before a query or a filter")
    idle_minutes: int = Field(
        30, ge=1, le=720, description="a session ends after this long without a request"
    )
    security_contact: str = Field(
        "", pattern=r"^$|^(mailto:|tel:|https://)[^\s]+$", description="whom to tell about a weakness"
    )
    language: str = Field("zh", description="language of the command line: zh or en")
    today: date | None = Field(None, description="a fixed day instead of today, for demonstrations and tests")

    @model_validator(mode="after")
    def _key_is_no_sample(self) -> Self:
        """Outside a demonstration a key that was set is long and varied; left out, one is made."""
        key = self.secret_key.get_secret_value()
        weak = len(key) < SHORTEST_KEY or len(set(key)) < LEAST_VARIED_KEY or key.startswith(SAMPLE_KEYS)
        if key and weak and not (self.demo or self.debug):
            raise ValueError(
                f"JUXIAN_SECRET_KEY: at least {SHORTEST_KEY} characters, {LEAST_VARIED_KEY} of them different, and no sample; "
                "leave it out and one is made · 密钥过短或为样例；不设置则自动生成"
            )
        return self

    @cached_property
    def root(self) -> Path:
        return self.home.expanduser().resolve()

    @cached_property
    def master_key(self) -> bytes:
        """Content of the file with the key of encrypted fields, made on first use."""
        return self._key(FIELDS_KEY).encode()

    @property
    def ready_fields_key(self) -> Path:
        """The file with the key of encrypted fields, made when it is not there."""
        self._key(FIELDS_KEY)
        return self.root / "keys" / FIELDS_KEY

    @cached_property
    def signing_key(self) -> str:
        return self.secret_key.get_secret_value() or self._key("signing.key")

    @cached_property
    def audit_key(self) -> bytes:
        """What heads of the audit log are signed with."""
        return self._key("audit.key").encode()

    def _key(self, name: str) -> str:
        path = self.root / "keys" / name
        try:
            return path.read_text(encoding="ascii")
        except FileNotFoundError:
            if name == FIELDS_KEY and (path.parent / AWAITED).exists():
                raise _key_awaited(path) from None
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            made = new_secret()
            try:
                with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                    file.write(made)
            except FileExistsError:  # another process was first
                return path.read_text(encoding="ascii")
            return made


def _key_awaited(path: Path) -> Rejected:
    """Restored data waits for its key; a new one could not open it."""
    wanted = (path.parent / AWAITED).read_text(encoding="ascii").strip()
    zh = f"缺少加密密钥：把指纹为 {wanted} 的 fields.key 放到 {path}。"
    en = f"The key of encrypted fields is missing: put the fields.key with fingerprint {wanted} at {path}."
    return Rejected([Problem("B111", Text(zh, en))])
