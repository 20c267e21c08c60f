"""What the Upload screen shows of a retailer's files: sales, promotion catalogue, targets, segments."""
