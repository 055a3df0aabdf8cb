"""``make security``: bandit over the code, pip-audit over what it needs, schemathesis over the running server.

ARGS="--cases 3000" makes it shorter. Exit status 1: something was found.
"""

import argparse
import sys

from tests.security.api import ask_everything
from tests.security.tools import audit_dependencies, is_installed, look_for_weak_code


def main() -> int:
    """Exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.security", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000, help="requests in all (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    is_well = not is_installed("bandit") or look_for_weak_code()
    is_well &= not is_installed("pip_audit") or audit_dependencies()
    is_well &= not is_installed("schemathesis") or ask_everything(asked.cases, asked.seed)
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
