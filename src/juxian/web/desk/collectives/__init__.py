"""Pages of teams, carriers and mentoring (团队、平台载体、师徒)."""
