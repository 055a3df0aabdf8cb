"""The example recording of the design, and what a test does to its lines."""

import json
from pathlib import Path

DESIGN = """\
{"type":"header","format":"biofeedback-recording","version":1,"session":"01K","started_utc":"2026-11-22T09:00:00Z",\
"subject":"A-17","simulated":false,"exercise":"measured_4_6","pipeline":1,"software":"0.1.0",\
"prior":{"exhale_noise":{"sessions":["01J"],"frequency_hz":[0.075,0.1,0.125],"power_ms2":[41.2,38.9,30.1]},\
"heart_rate_sd_bpm":1.8}}
{"type":"step","seq":1,"t_s":0.0,"step":"baseline","duration_s":120.0}
{"type":"strap","seq":2,"t_s":0.4,"strap":1,"source":"ble","model":"Polar H10","firmware":"5.0.0","latency_s":null}
{"type":"link","seq":3,"t_s":0.41,"strap":1,"state":"connected"}
{"type":"notification","seq":4,"t_s":1.034,"strap":1,"characteristic":"2a37","value":"104372038a03"}
{"type":"step","seq":5,"t_s":120.0,"step":"breathe","duration_s":120.0,"inhale_s":4.0,"hold_in_s":0.0,\
"exhale_s":6.0,"hold_out_s":0.0}
{"type":"link","seq":6,"t_s":151.2,"strap":1,"state":"lost","reason":"out_of_range"}
{"type":"resumed","seq":7,"t_s":171.9,"utc":"2026-11-22T09:02:51.9Z","reason":"restart"}
{"type":"mark","seq":8,"t_s":180.0,"kind":"note","text":"shoulders dropped","author":"01K"}
{"type":"rating","seq":9,"t_s":361.0,"scale":"tension","moment":"after","value":3}
{"type":"end","seq":10,"t_s":362.0,"reason":"completed"}
"""


def changed(path: Path, line: int, **changes: object) -> Path:
    """The file with fields of one line (counted from 1) changed; None removes a field."""
    lines = path.read_text().splitlines()
    fields = json.loads(lines[line - 1]) | changes
    lines[line - 1] = json.dumps({name: value for name, value in fields.items() if value is not None})
    path.write_text("\n".join(lines) + "\n")
    return path


def with_line(path: Path, line: int, text: str | bytes) -> Path:
    """The file with one line (counted from 1) replaced."""
    lines = path.read_bytes().split(b"\n")
    lines[line - 1] = text.encode() if isinstance(text, str) else text
    path.write_bytes(b"\n".join(lines))
    return path
