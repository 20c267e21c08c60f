"""What a fitted model says: channels, findings, doubts, and what it cannot tell."""
