"""What a change to a tree of estate files would do, for those who look at it before it is merged."""
