"""Taking files of sales in."""
