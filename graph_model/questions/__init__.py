"""What people are asked: whether a corrected input is worth another run."""
