"""Pages of the public, persons and employers (公众、人才、用人单位门户)."""
