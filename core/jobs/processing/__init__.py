"""Processing jobs: files of sales read, promotions learned, each in a process of its own."""
