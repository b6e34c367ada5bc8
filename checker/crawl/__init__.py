"""Where pages come from: fetching, robots, discovery, the frontier, WARC files."""
