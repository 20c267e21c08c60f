"""Finding trainings that nobody runs any more."""
