"""Money by channel and period: the best split within limits, and what each limit costs."""
