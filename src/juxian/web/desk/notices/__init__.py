"""Public notices at the desk (公示管理)."""
