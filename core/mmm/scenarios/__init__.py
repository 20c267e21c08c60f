"""Plans saved on a model: budgets and what-ifs."""
