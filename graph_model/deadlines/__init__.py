"""Time: how long jobs take, when what is open will be there, and which deadlines that keeps or misses."""
