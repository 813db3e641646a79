"""Pages of the talent office and its departments (经办工作台)."""
