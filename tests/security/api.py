"""schemathesis asks the running server all that its OpenAPI names: no 500, no hang, nothing that grows."""

import json
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ask_everything"]

MOST_S = 10.0  # for one answer
GROWTH_BYTES = 60_000_000  # of the server, over a whole run
BEAT_BYTES = 1_000  # and for each beat of the rooms that are opened: a session holds all of its own
PASSWORD = "four words of a phrase"
CASES = re.compile(r"([\d,]+) generated")


@dataclass(frozen=True, slots=True)
class Server:
    """A server in a process of its own, with a log to read."""

    process: subprocess.Popen[str]
    url: str
    log: Path
    schema: Path  # what a private try-out says that there is

    @property
    def resident_bytes(self) -> int:
        """Memory that it takes."""
        text = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(re.findall(r"VmRSS:\s+(\d+) kB", text)[0]) * 1024

    @property
    def beats(self) -> int:
        """Beats that all its sessions have had."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=MOST_S) as answer:
            return int(float(re.findall(r"^biofeedback_beats_total (\S+)", answer.read().decode(), re.MULTILINE)[0]))

    @property
    def files(self) -> int:
        """Files and sockets that it holds open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def ask(self, path: str, **body: str) -> tuple[dict[str, str], str]:
        """Answer to a question of ours, and the cookie that came with it."""
        headers = {"Origin": self.url, "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=MOST_S) as answer:
            text = answer.read()
            return json.loads(text) if text else {}, (answer.headers["Set-Cookie"] or "").partition(";")[0]


@contextmanager
def served() -> Iterator[Server]:
    """A private try-out with a simulated strap."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        with log.open("w", encoding="utf-8") as file:
            command = [
                *(sys.executable, "-m", "biofeedback", "serve", "--strap", "simulated", "--port", "0", "--lang", "en"),
                *("--data", folder, "--set", "log_format=json"),
            ]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=file, text=True)
            try:
                url, schema = _address(process), Path(folder, "openapi.json")
                with urllib.request.urlopen(f"{url}/api/openapi.json", timeout=MOST_S) as answer:
                    schema.write_bytes(answer.read())
                yield Server(process, url, log, schema)
            finally:
                process.terminate()
                process.wait(MOST_S)


def _address(process: subprocess.Popen[str]) -> str:
    """Address of a server that has just been started."""
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"(http://\S+:\d+)/$", line):
            return found[1]
    raise AssertionError("the server said no address")


def ask_everything(cases: int, seed: int) -> bool:
    """Whether so many cases, in all roles together, found nothing."""
    each = cases // 3
    is_well = True
    with served() as server:
        is_well &= _ask(server, "local", each, seed)
    with served() as server:
        cookie = _first_admin(server)
        is_well &= _ask(server, "admin", each, seed + 1, "-H", f"Cookie: {cookie}", "--exclude-path", "/api/sign-out")
        is_well &= _ask(server, "nobody", each, seed + 2)
    return is_well


def _first_admin(server: Server) -> str:
    """Cookie of an admin; from then on it is no private try-out any more."""
    command = [sys.executable, "-m", "biofeedback", "admin", "first", "--data", str(server.schema.parent)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    token = re.findall(r"#first=(\S+)", said)[0]
    _, cookie = server.ask("/api/first", token=token, user="boss", password=PASSWORD)
    assert cookie, "an admin was to be signed in"
    return cookie


def _ask(server: Server, role: str, cases: int, seed: int, *options: str) -> bool:
    """Whether a role's questions found nothing."""
    before_bytes, before_files, before_beats = server.resident_bytes, server.files, server.beats
    paths = json.loads(server.schema.read_text(encoding="utf-8"))["paths"]
    operations = sum(len(path) for path in paths.values())
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(server.schema), "--url", server.url),
            *("-H", f"Origin: {server.url}", "-c", "not_a_server_error", "--continue-on-failure", "--no-shrink"),
            *("--phases", "coverage,fuzzing", "-n", str(max(1, cases // operations)), "--seed", str(seed)),
            *("--request-timeout", str(MOST_S), "--suppress-health-check", "all", "--warnings", "off"),
            *options,
        ],
        capture_output=True, text=True, check=False, cwd=server.schema.parent,
    )  # fmt: skip
    count = CASES.search(done.stdout)
    grown_bytes, more_files = server.resident_bytes - before_bytes, server.files - before_files
    print(f"schemathesis as {role}: {count[1] if count else 'no'} cases over {operations} operations", end=", ")
    beats = server.beats - before_beats
    print(f"{grown_bytes / 1e6:.0f} MB and {more_files} files more, with {beats} beats", flush=True)
    is_small = grown_bytes < GROWTH_BYTES + BEAT_BYTES * beats and more_files < 10
    is_well = done.returncode == 0 and count is not None and is_small
    if not is_well:
        print(done.stdout[-5000:], done.stderr[-2000:])
        faults = [line for line in server.log.read_text(encoding="utf-8").splitlines() if '"level": "error"' in line]
        print(*faults[-5:], sep="\n")
    return is_well
