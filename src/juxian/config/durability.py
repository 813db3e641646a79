"""Whether what was answered is on the disk: settings of the database server that a connection cannot make for itself (落盘设置)."""

from __future__ import annotations

from django.db import connection

from juxian.core.text import Text

#: without these a loss of power can take what PostgreSQL has confirmed, or tear a page
SERVER_SETTINGS = ("fsync", "full_page_writes", "synchronous_commit")


def weaknesses() -> list[Text]:
    """What of the present database can lose confirmed work; SQLite is set per connection and has none."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(SERVER_SETTINGS)])
        return told(dict(cursor.fetchall()))


def told(settings: dict[str, str]) -> list[Text]:
    """One sentence for each setting that is off. settings: name → value as the server gives it."""
    return [
        Text(
            f"PostgreSQL 的 {name} 已关闭：断电可能丢失已确认的数据，请在服务器设置中打开",
            f"PostgreSQL has {name} off: a loss of power can take what was confirmed; switch it on in the server's settings",
        )
        for name in SERVER_SETTINGS
        if settings[name] == "off"
    ]
