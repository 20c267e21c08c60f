"""Sessions: signing in, the ticket, the cookie's token, signing out."""
