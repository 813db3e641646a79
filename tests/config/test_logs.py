"""No number of a person reaches a log."""

import logging

from juxian.config.logs import Masked

NUMBER = "620201199001011232"


def test_messages_arguments_and_tracebacks_are_masked() -> None:
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "person %s", (NUMBER,), None)
    try:
        raise ValueError(f"tel 13800001234, mail <wang.er@example.org> of {NUMBER}")
    except ValueError as error:
        record.exc_info = (ValueError, error, error.__traceback__)

    line = Masked("%(levelname)s %(message)s").format(record)

    assert NUMBER not in line
    assert "13800001234" not in line
    assert "wang.er" not in line
    assert "w******@example.org" in line
    assert "person 6202************32" in line
    assert "ValueError" in line


def test_the_logs_of_the_product_are_masked(settings) -> None:
    assert settings.LOGGING["formatters"]["plain"]["()"] == "juxian.config.logs.Masked"
    assert {handler["formatter"] for handler in settings.LOGGING["handlers"].values()} == {"plain"}
