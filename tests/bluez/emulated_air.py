"""Controllers for a guest's real BlueZ: one on /dev/vhci, one for each strap, and nothing but Python between them.

bumble 0.0.236 leaves out three things that Linux counts on; the classes here put them in.
"""

import asyncio
from typing import Any

from bumble import hci
from bumble.controller import Controller
from bumble.link import LocalLink

ADAPTER_ADDRESS = "00:AA:01:00:00:01"
CANCELLED = 0x02  # "unknown connection identifier": how a cancelled LE Create Connection ends (Core 5.4, 7.8.13)


class Air(LocalLink):
    """Carries data from the address that a link was made with.

    bumble takes the sender's random address of the moment, and Linux gives itself a new one for every active scan.
    """

    def send_acl_data(self, sender_controller: Any, destination_address: Any, transport: Any, data: bytes) -> None:
        links = sender_controller.le_connections.values()
        link = next((link for link in links if link.peer_address == destination_address), None)
        receiver = self.find_le_controller(destination_address)
        if link is not None and receiver is not None:
            loop = asyncio.get_running_loop()
            loop.call_soon(lambda: receiver.on_link_acl_data(link.self_address, transport, data))


class Adapter(Controller):
    """The controller that Linux drives."""

    def __init__(self, air: Air, source: Any, sink: Any) -> None:
        super().__init__("adapter", host_source=source, host_sink=sink, link=air, public_address=ADAPTER_ADDRESS)
        # bumble does not send LE Enhanced Connection Complete (google/bumble#841): hide what makes Linux wait for it.
        self.le_features &= ~(hci.LeFeatureMask.LL_PRIVACY | hci.LeFeatureMask.LE_EXTENDED_ADVERTISING)

    def on_hci_le_create_connection_cancel_command(self, command: Any) -> Any:
        """End the attempt, and say so: bumble would refuse every later one."""
        pending, self.pending_le_connection = self.pending_le_connection, None
        if pending is not None:
            asyncio.get_running_loop().call_soon(self._say_cancelled, pending)
        return super().on_hci_le_create_connection_cancel_command(command)

    def _say_cancelled(self, pending: Any) -> None:
        self.send_hci_packet(
            hci.HCI_LE_Connection_Complete_Event(
                status=CANCELLED,
                connection_handle=0,
                role=hci.Role.CENTRAL,
                peer_address_type=pending.peer_address_type,
                peer_address=pending.peer_address,
                connection_interval=0,
                peripheral_latency=0,
                supervision_timeout=0,
                central_clock_accuracy=0,
            )
        )
