"""Is it ours, and how much of it: folding, fingerprints, the index, alignment."""
