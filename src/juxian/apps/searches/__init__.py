"""Saved searches (常用查询): conditions and columns kept under a name, and who is told of new people."""
