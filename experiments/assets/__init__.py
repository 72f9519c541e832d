"""Real weights and real data, fetched once from the package registry and never committed."""
