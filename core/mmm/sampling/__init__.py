"""From a density to draws: start, coordinates, chains, convergence."""
