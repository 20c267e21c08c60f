"""The queue: Procrastinate on the application's own PostgreSQL."""

from __future__ import annotations

from procrastinate import App, PsycopgConnector

TRAINING = "training"
UPKEEP = "upkeep"

TRAIN_TASK = "train_model"

# Without a connection of its own: what is enqueued runs on the connection of the caller's transaction, and
# the worker puts a connector with a pool in its place.
queue = App(connector=PsycopgConnector())
