"""Make the reference recordings and their expected results anew: `make recordings`.

Every person here is simulated and seeded. The results are those of ``biofeedback analyze --json``; look at what changed
in them before you commit.
"""

import json
import sys
from pathlib import Path

from biofeedback.core.exercises import EXERCISES
from biofeedback.report.analysis import analyze
from biofeedback.report.document import document, encode_document
from biofeedback.report.source import read_source
from biofeedback.unattended import simulate

HERE = Path(__file__).resolve().parent
REFERENCES = {
    "responder": ("responder", 6, "measured_4_6"),  # lag and RSA near the middle of the preset
    "weak_responder": ("weak_responder", 4, "measured_4_6"),
    "not_following": ("not_following", 1, "measured_4_6"),
    "own_slow_rhythm": ("own_slow_rhythm", 2, "measured_4_6"),
    "stressed": ("stressed", 1, "measured_4_6"),
    "frequent_ectopy": ("frequent_ectopy", 1, "measured_4_6"),
    "irregular_rhythm": ("irregular_rhythm", 1, "measured_4_6"),
    "bad_contact": ("bad_contact", 1, "measured_4_6"),
    "drop_outs": ("drop_outs", 1, "measured_4_6"),
    "plain": ("responder", 7, "plain_4_6"),
    "micro_pause": ("responder", 7, "micro_pause"),
    "walk": ("responder", 7, "walk"),
    "trial_exhale": ("responder", 7, "trial_exhale"),
    "resonance": ("responder", 7, "resonance"),
    # With ECG and chest motion: two minutes are as much as a reference may weigh.
    "h10_plain": ("h10_responder", 7, "plain_4_6"),
    "h10_ectopy": ("h10_ectopy", 7, "plain_4_6"),
}


def results(path: Path) -> dict[str, object]:
    """What ``analyze --json`` says of a recording, without what names the program and the place."""
    found: dict[str, object] = json.loads(encode_document(document(analyze(read_source(str(path))))))
    found["recording"] = {**found["recording"], "file": path.name, "software": None}
    found["methods"] = {**found["methods"], "software": None}
    return found


def main() -> int:
    """Write all references."""
    for name, (preset, seed, exercise) in REFERENCES.items():
        path = HERE / f"{name}.jsonl"
        for old in (path, HERE / f"{name}.truth.json"):
            old.unlink(missing_ok=True)
        simulate(preset, seed, EXERCISES[exercise], path)
        found = results(path)
        (HERE / f"{name}.expected.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        answers = [(r["answer"], r["reason"]) for r in found["exhale_responses"]]
        sys.stdout.write(f"{name:18} {path.stat().st_size / 1000:5.0f} kB {found['quality']['grade']:8} {answers}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
