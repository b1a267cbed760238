"""Lists of what is there, counted and from any place on: for programs that page through all of it."""
