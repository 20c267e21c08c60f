"""What stands beside the sales: targets, customer segments, past promotions, the rules of the project."""
