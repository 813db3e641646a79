"""Assessment (目标与考核)."""
