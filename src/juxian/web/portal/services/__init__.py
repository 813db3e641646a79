"""Services for the public, for persons and for employers (办事大厅)."""
