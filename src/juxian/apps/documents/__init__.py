"""Documents (文件库)."""
