"""What people get: the weekly report, its mail, the formats."""
