"""The command line: one module per group of commands, `main.py` is their table of contents.

Whatever is heavy (the driver, pyarrow, FastAPI) is imported inside the commands, so that `--help` answers at once.
"""
