"""Plans kept for good: frozen with all they stand on, and what people note about them."""
