"""Post-mortems and creative briefs of saved promotions."""
