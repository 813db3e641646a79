"""Pages of warnings that somebody may leave (流失预警)."""
