"""Plans as people keep them: asked, answered, shown, compared, saved and exported."""
