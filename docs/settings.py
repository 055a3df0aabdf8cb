# ruff: noqa: E501  lines of a page, which are as long as they read well
"""``make settings``: writes docs/settings.md, every setting with its variable, default and meaning."""

import math
import sys
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from biofeedback.configuration import FILE_NAME, FILE_VARIABLE, PREFIX
from biofeedback.settings import ABOUT, About, Settings

PAGE = Path(__file__).with_name("settings.md")
INTRODUCTION = f"""# Settings

<!-- made by `make settings` from biofeedback/settings.py -->

Each setting has one name. What is set in several places counts in this order, the last one wins:

1. the default;
2. a TOML file: `--settings FILE`, else the one that `{FILE_VARIABLE}` names, else `{FILE_NAME}` in the data folder if it is there;
3. the environment: `{PREFIX}` and the name in capitals; a variable that is empty is not set;
4. the command line of `biofeedback serve`: `--port 8801` for the common ones, `--set NAME=VALUE` for all.

A setting that does not exist, or whose value cannot be used, costs one line that names the file, the variable or the option
and what to do about it, and exit status 2. Passwords belong in the file or the environment: a command line can be read by every user of the machine.

```toml
# {FILE_NAME}
host = "0.0.0.0"
tls_cert = "server.pem"     # a relative path begins at this file
tls_key = "server.key"
origins = ["https://hrv.clinic.example"]
retention_days = 730
lang = "nl"
```

```sh
{PREFIX}ORIGINS=https://hrv.clinic.example,https://10.0.0.5:8800   # a list: with commas
{PREFIX}INSECURE_HTTP=false                                        # true or false
```

| name | variable | default | meaning |
|---|---|---|---|
"""
TIMES = """
## Times

What is kept, exported (`--json`, CSV, recordings), logged and listed in the terminal is in UTC, and says so. What people read is in local time:

- **Pages** tell the time of the device that shows them; the staff page names its zone, the review writes the distance from UTC with each moment.
- **Reports** made from a page (PDF, HTML) tell the time of the device that asked, as the page did, and so does the day in the name of the file. The distance from UTC stands with it: `2 November 2026, 14:05 (UTC+1)`.
- **`biofeedback report` and `analyze`** tell the time of the machine they run on, in the same form. Where that is not the clinic's, as in a container: `TZ=Europe/Amsterdam biofeedback report ...`

Each moment has the distance that held then: a session in July is told in summer time in December as well. There is no setting: a zone of the server would be wrong for who looks from elsewhere.
"""
USERS_FOLDER = "the user's own folder for data"
EMPTY: tuple[object, ...] = (None, "", ())


def default(setting: Field[Any]) -> str:
    """Default as it would be written in the file."""
    if setting.default is MISSING:
        return USERS_FOLDER
    value = setting.default
    if value in EMPTY:
        return "none"
    return f"`{str(value).lower()}`" if isinstance(value, bool | int | float) else f'`"{value}"`'


def limits(about: About) -> str:
    """What a number may be."""
    if about.least is None:
        return ""
    return f" ({about.least:g} {'or more' if about.most == math.inf else f'to {about.most:.10g}'})"


def page() -> str:
    """The whole page."""
    rows = []
    for each in fields(Settings):
        about = ABOUT[each.name]
        variable = PREFIX + each.name.upper()
        rows.append(f"| `{each.name}` | `{variable}` | {default(each)} | {about.meaning}{limits(about)} |")
    return INTRODUCTION + "\n".join(rows) + "\n" + TIMES


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
