"""What the emulated straps and those who command them agree on."""

SOCKET = "/run/straps.sock"
ADDRESSES = tuple(f"C0:FF:EE:00:00:0{n}" for n in range(1, 4))
