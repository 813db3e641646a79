"""The import wizard (名册导入): hand in, map columns, decide doubts, accept, undo."""
