"""`python -m core.worker`: a worker, until it is told to stop (Ctrl-C or SIGTERM)."""

import sys

if __name__ == "__main__":
    from core.worker.worker import main

    sys.exit(main(sys.argv[1:]))
