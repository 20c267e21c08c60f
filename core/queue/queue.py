"""The queue: Procrastinate on the application's own PostgreSQL."""

from __future__ import annotations

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector

TRAINING = "training"
PROCESSING = "processing"
UPKEEP = "upkeep"

TRAIN_TASK = "train_model"
VALIDATE_TASK = "validate_slice"
PROCESS_TASK = "process_data"

# Slices of a validation are many and nobody looks at a single one: a training that waits goes first.
SLICE_PRIORITY = -1

# Reading files is a matter of seconds and somebody waits for it: it goes before learning.
READING_PRIORITY = 1

# Where jobs are handed in: never opened, since each is written on the connection of the caller's transaction.
desk = App(connector=SyncPsycopgConnector())

# Where the worker takes them out; it puts a connector with a pool in the place of this one.
queue = App(connector=PsycopgConnector())
