"""Vendors the pages' libraries: takes them from npm, makes the small edits below, writes ``manifest.json``.

Run ``python web/vendor/update.py`` after changing a version here. Needs ``npm``, and fonttools with brotli; nothing
else in the project does. A browser resolves no bare names without an import map, and the pages' content security policy
allows no inline one, so imports become relative paths.
"""

import hashlib
import io
import json
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from fontTools.subset import Options, Subsetter, parse_unicodes
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Vendored:
    """One file out of one package, with the edits made to it as (old, new) pairs."""

    package: str
    version: str
    source: str
    target: str
    licence: str
    edits: tuple[tuple[str, str], ...] = ()
    subset: str = ""  # of a font: its Unicode ranges, all that Dutch and English are written with
    weights: tuple[int, int] = (400, 700)  # of a subset: those that the pages use


PREACT = ('"preact"', '"./preact.mjs"')
HOOKS = ('"preact/hooks"', '"./hooks.mjs"')
CORE = ('"@preact/signals-core"', '"./signals-core.mjs"')
FONT = "@fontsource-variable/atkinson-hyperlegible-next"

FILES = (
    Vendored(
        "preact", "11.2.0", "dist/preact.mjs", "preact.mjs", "MIT", (("//# sourceMappingURL=preact.mjs.map", ""),)
    ),
    Vendored(
        "preact",
        "11.2.0",
        "hooks/dist/hooks.mjs",
        "hooks.mjs",
        "MIT",
        (PREACT, ("//# sourceMappingURL=hooks.mjs.map", "")),
    ),
    Vendored("preact", "11.2.0", "LICENSE", "preact.LICENSE", "MIT"),
    Vendored(
        "@preact/signals-core",
        "1.14.5",
        "dist/signals-core.mjs",
        "signals-core.mjs",
        "MIT",
        (("//# sourceMappingURL=signals-core.mjs.map", ""),),
    ),
    Vendored(
        "@preact/signals",
        "2.11.4",
        "dist/signals.mjs",
        "signals.mjs",
        "MIT",
        (PREACT, HOOKS, CORE, ("//# sourceMappingURL=signals.mjs.map", "")),
    ),
    Vendored("@preact/signals", "2.11.4", "LICENSE", "signals.LICENSE", "MIT"),
    Vendored("htm", "3.1.1", "dist/htm.mjs", "htm.mjs", "Apache-2.0"),
    Vendored("htm", "3.1.1", "LICENSE", "htm.LICENSE", "Apache-2.0"),
    Vendored(
        "uplot",
        "1.6.32",
        "dist/uPlot.iife.min.js",
        "uplot.mjs",
        "MIT",
        (("return en}();", "return en}();export default uPlot;"),),
    ),
    Vendored("uplot", "1.6.32", "dist/uPlot.min.css", "uplot.css", "MIT"),
    Vendored("uplot", "1.6.32", "LICENSE", "uplot.LICENSE", "MIT"),
    Vendored(
        FONT,
        "5.3.0",
        "files/atkinson-hyperlegible-next-latin-wght-normal.woff2",
        "atkinson-hyperlegible-next.woff2",
        "OFL-1.1",
        subset="U+20-7E,U+A0-FF,U+131-133,U+152-153,U+2013-2014,U+2018-201E,U+2022,U+2026,U+2032-2033,U+20AC,U+2192,U+2212",
    ),
    Vendored(FONT, "5.3.0", "LICENSE", "atkinson-hyperlegible-next.LICENSE", "OFL-1.1"),
)
FONT_FILE = FILES[-2]

# A printed report has its font in it, and what lays it out reads fonts of one weight each.
REPORT_FILES = (
    replace(FONT_FILE, target="atkinson-hyperlegible-next-400.ttf", weights=(400, 400)),
    replace(FONT_FILE, target="atkinson-hyperlegible-next-700.ttf", weights=(700, 700)),
    FILES[-1],
)

TEST_FILES = (
    Vendored("axe-core", "4.14.1", "axe.min.js", "axe.min.js", "MPL-2.0"),
    Vendored("axe-core", "4.14.1", "LICENSE", "axe.LICENSE", "MPL-2.0"),
)


def packed(package: str, version: str, folder: Path) -> Path:
    """The package's tarball, fetched into ``folder`` once."""
    name = f"{package.replace('@', '').replace('/', '-')}-{version}.tgz"
    if not (folder / name).exists():
        subprocess.run(["npm", "pack", "--silent", f"{package}@{version}"], cwd=folder, check=True, capture_output=True)
    return folder / name


def content(item: Vendored, tarball: Path) -> bytes:
    """The file's bytes with its edits made; an edit that finds nothing is an error."""
    with tarfile.open(tarball) as archive:
        member = archive.extractfile(f"package/{item.source}")
        assert member is not None, f"{item.source} is no file in {tarball.name}"
        data = member.read()
    for old, new in item.edits:
        assert old.encode() in data, f"{item.package} {item.version}: {old!r} is not in {item.source}"
        data = data.replace(old.encode(), new.encode())
    return subset(data, item) if item.subset else data


def subset(font: bytes, item: Vendored) -> bytes:
    """The font with these characters and weights alone: half as large."""
    kept = TTFont(io.BytesIO(font), recalcTimestamp=False)
    chosen = Subsetter(Options(layout_features=["kern", "mark", "ccmp", "tnum", "locl"]))
    chosen.populate(unicodes=parse_unicodes(item.subset))
    chosen.subset(kept)
    kept = instantiateVariableFont(kept, {"wght": item.weights}, updateFontNames=item.weights[0] == item.weights[1])
    kept.flavor = "woff2" if item.target.endswith(".woff2") else None
    written = io.BytesIO()
    kept.save(written)
    return written.getvalue()


def vendor(files: tuple[Vendored, ...], folder: Path, downloads: Path) -> None:
    """Writes the files and their manifest into ``folder``."""
    entries = []
    for item in files:
        data = content(item, packed(item.package, item.version, downloads))
        (folder / item.target).write_bytes(data)
        entries.append(
            {
                "file": item.target,
                "package": item.package,
                "version": item.version,
                "source": item.source,
                "licence": item.licence,
                "sha256": hashlib.sha256(data).hexdigest(),
                "bytes": len(data),
                "edits": [list(edit) for edit in item.edits],
            }
            | ({"subset": item.subset, "weights": item.weights} if item.subset else {})
        )
    (folder / "manifest.json").write_text(json.dumps(entries, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Vendors the pages' files, the reports' fonts and the browser tests' one."""
    with tempfile.TemporaryDirectory() as folder:
        vendor(FILES, ROOT / "web" / "vendor", Path(folder))
        vendor(REPORT_FILES, ROOT / "biofeedback" / "report" / "vendor", Path(folder))
        vendor(TEST_FILES, ROOT / "tests" / "browser" / "vendor", Path(folder))


if __name__ == "__main__":
    main()
