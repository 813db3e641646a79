"""Reading services and cases, for the engine, for a user, for lists."""
