"""An answer in about a second while a model is still being set up."""
