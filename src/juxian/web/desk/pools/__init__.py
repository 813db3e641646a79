"""Pages of the talent pools (分类人才库)."""
