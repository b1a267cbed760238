"""The invariants that hold on any graph of Headwater, checked on the graph itself."""
