"""What follows from the graph: rules made from the axioms, their closure, and why a triple holds."""
