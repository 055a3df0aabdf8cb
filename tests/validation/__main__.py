"""``python -m tests.validation``: the whole measurement."""

import os
import sys

# One thread a process, before numpy is there: the processes fill the cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from tests.validation.run import main

if __name__ == "__main__":
    sys.exit(main())
