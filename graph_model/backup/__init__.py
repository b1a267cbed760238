"""A consistent logical copy of the graph in one file, and a graph made of such a file on either engine."""
