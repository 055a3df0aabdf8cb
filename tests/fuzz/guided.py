"""One target under atheris, in a process of its own: ``python -m tests.fuzz.guided TARGET [libFuzzer's options]``."""

import sys

import atheris

with atheris.instrument_imports(include=["biofeedback.core", "biofeedback.errors"]):
    from tests.fuzz.parsers import parse_everything
    from tests.fuzz.whole import live_through

TARGETS = {"payloads": parse_everything, "sessions": live_through}


def main() -> None:
    """Fuzz until the runs are done or something is found; libFuzzer ends the process."""
    target = TARGETS[sys.argv.pop(1)]

    def one_input(data: bytes) -> None:
        target(data)

    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
