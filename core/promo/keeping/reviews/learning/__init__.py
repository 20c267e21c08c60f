"""What a learning job writes into post-mortems."""
