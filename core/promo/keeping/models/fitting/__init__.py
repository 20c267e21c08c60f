"""What a learning job reads and writes."""
