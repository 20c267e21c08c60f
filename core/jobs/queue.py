"""The queue: Procrastinate on the application's own PostgreSQL."""

from __future__ import annotations

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector

TRAINING = "training"
UPKEEP = "upkeep"

TRAIN_TASK = "train_model"

# Where jobs are handed in: never opened, since each is written on the connection of the caller's transaction.
desk = App(connector=SyncPsycopgConnector())

# Where the worker takes them out; it puts a connector with a pool in the place of this one.
queue = App(connector=PsycopgConnector())
