"""Some straps on the air of a guest, and a socket for what should happen to them: ``STRAP COMMAND [ARGUMENTS]``.

Each line is answered with one line of JSON: null, or what was asked for. Straps are numbered from 0.
"""

import asyncio
import json
import sys
from dataclasses import asdict

from bumble.transport import open_transport
from emulated_air import Adapter, Air
from emulated_strap import HEART_RATE, EmulatedStrap
from emulation_socket import ADDRESSES, SOCKET
from pmd_faults import Mode, set_mode


async def obey(strap: EmulatedStrap, command: str, *given: str) -> object:  # noqa: PLR0912  a table of words
    """Do what one line asks."""
    match command:
        case "on":
            await strap.on()
        case "off":
            await strap.off()
        case "drop":
            await strap.drop(*(int(reason, 0) for reason in given))
        case "speak":
            strap.speak(float(given[0]))
        case "silence":
            strap.silence()
        case "send":
            return await strap.send(bytes.fromhex(given[0]), *given[1:])
        case "change":
            await strap.change_services()
        case "measure":
            set_mode(strap.pmd, Mode(given[0]))
        case "heard":
            await strap.until(lambda: strap.is_heard(*given or (HEART_RATE,)))
        case "alone":
            await strap.until(lambda: not strap.connected)
        case "log":
            return [{**asdict(sent), "value": sent.value.hex()} for sent in strap.log]
        case "forget":
            strap.forget()
        case "links":
            return strap.links
        case "measured":
            return [frame.hex() for frame in strap.pmd.sent]
        case "streams":
            return len(strap.pmd.running)
        case _:
            raise ValueError(f"there is no command {command!r}")
    return None


async def main() -> None:
    """Emulate until killed."""
    async with await open_transport("vhci") as vhci:
        air = Air()
        Adapter(air, vhci.source, vhci.sink)
        straps = [EmulatedStrap(air, address, f"Polar H10 0000000{n}") for n, address in enumerate(ADDRESSES)]
        for strap in straps:
            await strap.start()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while line := (await reader.readline()).decode().split():
                answer = await obey(straps[int(line[0])], *line[1:])
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
            writer.close()

        server = await asyncio.start_unix_server(serve, SOCKET, limit=1 << 20)
        print(f"emulated straps: {len(straps)} at {SOCKET}", flush=True)
        async with server:
            await server.serve_forever()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
