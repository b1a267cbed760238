"""What people keep from running, and until when."""
