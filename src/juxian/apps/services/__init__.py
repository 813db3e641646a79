"""Cases of services as they are stored (事项与办件): who may see and do what, deadlines, letters, effects."""
