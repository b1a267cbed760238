"""What other systems say of themselves, brought in from files: one source replaces only what it said before."""
