"""Exchange (系统对接): statements that other systems push, each kept once by the sender's own id, and what changed since."""
