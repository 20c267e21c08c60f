"""Background work: the queue, its tasks, the worker and the one who watches over it."""
