"""Real servers that are killed, cut off and filled up while visitors work: see docs/faults.md."""
