"""Pages that settle doubts about records (查重核对)."""
