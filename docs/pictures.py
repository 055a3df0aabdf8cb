"""``make pictures``: the pictures of README.md anew, side by side from ``screenshots/``, which ``make test`` leaves."""

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
TAKEN, HUNG = ROOT / "screenshots", ROOT / "docs" / "pictures"
GAP_PX = 14
COLOURS = 128
BEHIND = "#ffffff"
PICTURES = {
    "patient": (
        "path-check-nl-light-phone",
        "patient-baseline-nl-light-phone",
        "patient-yes-nl-light-phone",
        "patient-yes-en-dark-phone",
        "patient-finished-nl-light-phone",
    ),
    "physiotherapist": ("cards-opened-en-light",),
    "clinic": ("clinic-rooms-phone", "clinic-invitation-phone", "clinic-consent-phone", "clinic-sessions-phone"),
    "review": ("review-review-nl-light",),
    "report": ("report-patient-seen-nl", "report-clinician-seen-nl"),
    "start": ("clinic-start-phone",),
}
MOST_PX = {"report": 1145, "review": 1460}  # of height; the rest of a long page is left out


def main() -> int:
    """Exit status: 2 where a screenshot is missing."""
    for name, parts in PICTURES.items():
        paths = [TAKEN / f"{part}.png" for part in parts]
        missing = [path.name for path in paths if not path.exists()]
        if missing:
            print(f"{', '.join(missing)}: not in {TAKEN.name}/; run make test first", file=sys.stderr)
            return 2
        _hang(paths, HUNG / f"{name}.png", MOST_PX.get(name))
    return 0


def _hang(paths: list[Path], target: Path, most_px: int | None) -> None:
    """Put pictures beside each other."""
    parts = [Image.open(path).convert("RGB") for path in paths]
    parts = [part.crop((0, 0, part.width, min(part.height, most_px or part.height))) for part in parts]
    width = sum(part.width for part in parts) + GAP_PX * (len(parts) - 1)
    sheet = Image.new("RGB", (width, max(part.height for part in parts)), BEHIND)
    left = 0
    for part in parts:
        sheet.paste(part, (left, 0))
        left += part.width + GAP_PX
    sheet.quantize(COLOURS).save(target, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
