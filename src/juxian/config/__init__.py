"""Settings, addresses and the command line (配置)."""
