"""Tables, sessions and migrations. No business rules live here, and only core's `store.py` files come in."""
