"""What the product promises, measured: each module prints its figures; `make bench` runs them all."""
