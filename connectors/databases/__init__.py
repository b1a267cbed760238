"""What a run does inside of a database: one query or one procedure, under its fence, in sessions that can be ended."""
