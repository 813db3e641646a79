"""The chain of the audit log, and heads of it that are kept elsewhere (审计链)."""
