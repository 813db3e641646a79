"""Teams, carriers and mentoring: who belongs to what, in which role, since when (团队、平台载体、师带徒)."""
