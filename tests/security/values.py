"""Hostile values (恶意取值): texts, bytes, numbers, days, headers, file names."""

from __future__ import annotations

import random

MARKER = "<i data-x"
MARKED = (
    f"{MARKER}>", f'">{MARKER}>', f"'>{MARKER}>", f"</script>{MARKER}>", f"</textarea>{MARKER}>", f"</title>{MARKER}>",
    f"{{{{7*7}}}}{MARKER}>", f"--> {MARKER}>", f"]]>{MARKER}>", f"测试{MARKER}>人", f"`{MARKER}>",
)  # fmt: skip
TEXTS = (
    "", " ", "\t", "\r\n", "\0", "a\0b", "\x1f", "\x7f", "\x85", "\u2028", "\ufeff", "\u200b", "\u202e测试", "\u2066x\u2069", "\ufffd",
    "\ufffe", "\U0010ffff", "𠮷野", "👩‍👩‍👧‍👦", "é" * 40, "e\u0301" * 40, "ﷺ" * 30, "ǅ", "ß", "İ", "ｆｕｌｌ", "阿卜杜拉·买买提", "·",
    "' OR 1=1--", "'; DROP TABLE persons_person;--", "\\", "\\'", "%", "_", "%%", "%s", "%(x)s", "%n", "{0.__class__}", "{}", "${7*7}", "#{7*7}",
    "{% load x %}", "{{ settings.SECRET_KEY }}", "../../../etc/passwd", "..\\..\\", "file:///etc/passwd", "javascript:alert(1)", "//elsewhere.example",
    "https://elsewhere.example/", "a\r\nSet-Cookie: x=1", "=HYPERLINK(1)", "@SUM(1)", "+1", "-1", "|id", "$(id)", "`id`", "true", "True", "false", "null",
    "None", "undefined", "[]", "{\"a\":1}", "[" * 500, "(" * 500, "not " * 300, "1" + "+1" * 900, "*", "(?:a+)+$", "a" * 61, "a" * 201, "a" * 2001,
    "测" * 60, "测" * 61, "测" * 200, "测" * 201, "x" * 10_001, "x" * 100_000, "0" * 300,
    "学位 >= 博士", "学位 >= ", "年龄 <= 99999999999999999999", "年龄 <= 1e999", "degree >= 博士 and " * 50, "学位 为 '博士'", "引进日期 >= 9999-99-99",
    "office", "is_superuser", "pk", "id", "user__password", "-name", "name_key", "home__path", "profile__values",
)  # fmt: skip
NUMBERS = (
    "0", "-0", "1", "-1", "00", "1.0", "1.5", "1e5", "1e309", "-1e309", "NaN", "inf", "-inf", "0x10", "1_000", "1,000", "０１２", "٣", "²", "½",
    "2147483647", "2147483648", "-2147483649", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "9" * 30, "9" * 400, "9" * 5000,
    "0." + "0" * 300 + "1", "5万元", "99999999999999万元", "-5万元", "0.001元", "1000000个月", "36个月", "3年", "-3年", "620201199001011232", "62020119900101123X",
    "６２０２０１１９９００１０１１２３２", "000000000000000000", "13800001234", "document-1", "fact-1-phone", "fact-99999999999999999999-phone", "document--1",
)  # fmt: skip
DAYS = (
    "0000-00-00", "0001-01-01", "1899-12-31", "1900-01-01", "2100-12-31", "2101-01-01", "9999-12-31", "10000-01-01", "2022-02-29", "2020-02-29",
    "2022-13-01", "2022-00-10", "2022-06-31", "-0001-01-01", "2022-06-01T00:00:00Z", "2022-06-01 24:00", "today", "20220601", "2022/6/1", "2022.6",
    "2022年6月1日", " 2022-06-01 ", "２０２２-０６-０１", "٢٠٢٢-٠٦-٠١", "1e3-01-01", "2022-6-1-1", "2022-W01-1", "1981-1985", "9999-0000", "1800-2100",
    "2022-99", "0000-01", "1900-01", "2100-12", "２０２２-０３",
)  # fmt: skip
BYTES = (
    b"\x00", b"\xff", b"\xff\xfe", b"\xc0\xaf", b"\xc3\x28", b"\xed\xa0\x80", b"\xed\xb0\x80", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\x80" * 50,
    b"\xe6\xb5", "测试".encode("gb18030"), "测试".encode("utf-16"), b"\xef\xbb\xbfx", b"%00", b"%2e%2e%2f", b"..", b".", b"/", b"//", b"\\", b"?", b"#", b";",
    b"..;/", b"%", b"%zz", b"%ff", b"\r\n", b"\x1b[31m", b"MZ\x90", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
)  # fmt: skip
NAMES = (
    b"../../etc/passwd", b"..\\..\\x.csv", b"/etc/passwd", b"C:\\x.csv", b".", b"..", b"", b" ", b"x" * 300 + b".csv", "测".encode() * 250 + b".csv",
    b"a\x00b.csv", b"a.csv\x00.exe", b"CON", b"a.xlsx.exe", b"a.csv ", b".htaccess", b"<i data-x>.csv", b"'><i data-x>.csv", "\u202ecsv.exe".encode(),
    b"\xff\xfe.csv", b"%00.csv", b"=1+1.csv", b"a;b.csv", b"a\tb.csv", b"x.CSV", b"x.xls", b"x.xlsx", b"x.txt", b"x", "名册.csv".encode(), b"~$x.xlsx",
)  # fmt: skip
ADDRESSES = (
    "http://testserver/desk/", "http://elsewhere.example/", "//elsewhere.example/", "http://[", "http://[::1", "http://testserver:99999/", "http://testserver:x/",
    "/", "", "javascript:alert(1)", "http://testserver/\\elsewhere", "http://testserver/%ff", "http://testserver/<i data-x>", "http://testserver//elsewhere.example/",
    "http://\u2100.example/".encode().decode("latin-1"), "x" * 3000,
)  # fmt: skip
HEADER_VALUES = (
    "", " ", "true", "false", "1", "-1", "*", "\x00", "\x01\x02", "\xff\xfe", "\xe6\xb5\x8b", "a,b;q=x", "en;q=0.5,zh;q=9e999", "zh-" + "x" * 500, "zh-hans," * 400,
    "W/\"x\"", "bytes=0-", "bytes=-1,5-2,x", "Thu, 99 Foo 9999 99:99:99 GMT", "Basic eDp4", "Bearer " + "x" * 3000, "application/json", "text/html;" * 200,
    "gzip;q=0", "identity", "10", "999999999", "testserver", "testserver:80", "testserver:99999", "elsewhere.example", "[::1]", "a b", "test_server", "..", "localhost.",
    "\"", "\"\\000\\001\"", "=", ";", ";;=;", "a=b; a=c", "x" * 4000, "planted0planted0planted0planted0", "jiayuguan", "zigui", "dark", "en", "xx", "../../en",
)  # fmt: skip


def hostile_text(chance: random.Random) -> str:
    """A text of any kind; about every third carries the marker of markup."""
    return _varied(
        chance,
        chance.choice(chance.choice((MARKED, MARKED, TEXTS, TEXTS, NUMBERS, DAYS, (random_text(chance),)))),
    )


def _varied(chance: random.Random, text: str) -> str:
    draw = chance.random()
    if draw < 0.05:
        return text + chance.choice(MARKED)
    if draw < 0.08:
        return chance.choice(TEXTS) + text
    if draw < 0.1:
        return text.swapcase() * chance.randint(1, 5)
    return text


def random_text(chance: random.Random) -> str:
    """Any code points, surrogates left out."""
    points = [
        chance.choice((chance.randrange(0x80), chance.randrange(0x3000), chance.randrange(0x110000)))
        for _ in range(chance.randint(1, 30))
    ]
    return "".join(chr(point) for point in points if not 0xD800 <= point < 0xE000)


def hostile_bytes(chance: random.Random) -> bytes:
    draw = chance.random()
    if draw < 0.4:
        return chance.choice(BYTES)
    if draw < 0.6:
        return chance.randbytes(chance.randint(1, 60))
    if draw < 0.7:
        return b"a" + chance.choice(BYTES) + b"b"
    return hostile_text(chance).encode("utf-8", "surrogatepass")


def hostile_header(chance: random.Random) -> str:
    """A header's text as WSGI hands it over: latin-1, as far as a server carries it."""
    draw = chance.random()
    if draw < 0.25:
        text = chance.choice(ADDRESSES)
    elif draw < 0.7:
        text = chance.choice(HEADER_VALUES)
    else:
        text = hostile_bytes(chance)[:4000].decode("latin-1")
    return carried(text)


def carried(text: str) -> str:
    """Without the control characters that every HTTP server refuses in a header."""
    return "".join(char for char in text if char == "\t" or (char >= " " and char != "\x7f"))


def hostile_name(chance: random.Random) -> bytes:
    """A file name as it stands in a multipart header."""
    return chance.choice(NAMES).replace(b'"', b"%22")
