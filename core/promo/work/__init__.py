"""What promotion jobs do in their process: read files of sales, learn from the facts."""
