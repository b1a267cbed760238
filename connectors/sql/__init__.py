"""What the code of a job says about its columns."""
