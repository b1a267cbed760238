"""What happened, who did it, and who must be told."""
