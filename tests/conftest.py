"""Before numpy is imported anywhere: one thread, as the command line sets it, so that sums end in the same bits."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
