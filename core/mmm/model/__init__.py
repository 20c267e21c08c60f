"""The model itself: its structure, its density with gradient, media response, baseline and forecasts."""
