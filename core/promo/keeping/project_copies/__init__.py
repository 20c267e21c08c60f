"""All that a project knows of promotions, copied into another project."""
