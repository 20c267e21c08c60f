"""The life cycle: how projects, data sets, models and plans are named, archived, deleted and restored."""
