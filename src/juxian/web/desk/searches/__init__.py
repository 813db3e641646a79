"""Pages of saved searches and exports (常用查询、导出)."""
