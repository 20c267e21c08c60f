"""Processing jobs as people see them."""
