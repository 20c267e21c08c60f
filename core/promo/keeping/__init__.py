"""What is kept of promotions: facts, models, scenarios, reviews. Only files named store.py know tables."""
