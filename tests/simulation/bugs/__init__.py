"""The planted bugs, by what they spoil: who owns a run, what is decided, what is kept."""
