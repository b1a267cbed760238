"""Two commits of a repository: which they are, and what lies in them."""
