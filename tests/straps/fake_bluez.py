"""A fake org.bluez on a private bus: unmodified bleak scans, connects and streams through it, faults on command.

It copies what real bluetoothd does where bleak can see it: a StartNotify belongs to the D-Bus client that asked and
outlives a lost link (so a client that was not let go doubles every frame), an AcquireNotify is one socket that ends
with the link, a connected strap does not advertise, discovery reports every device whatever the filter says, and a
client that has started one is refused the next until it has stopped it or left the bus.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Any

from dbus_fast import Message, MessageFlag, MessageType
from dbus_fast.aio import MessageBus
from fake_faults import Failure, Faults
from fake_pmd import TABLE, FakePmd
from fake_strap import ADAPTER, DEVICE, HCI0, FakeStrap, Interfaces, full_uuid, variants


class Answered(Exception):
    """The reply has been sent already."""


class FakeBluez(Faults):
    """The daemon: one adapter, some straps."""

    def __init__(self, address: str, advertise_s: float = 0.01) -> None:
        super().__init__()
        self.address = address
        self.advertise_s = advertise_s
        self.powered = True
        self.plugged = True
        self.straps: dict[str, FakeStrap] = {}
        self.calls: list[tuple[str, str]] = []  # (member, path)
        self.discovering: set[str] = set()
        self.gone: set[str] = set()  # clients that left
        self._something = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self.bus: MessageBus

    def add_strap(
        self, address: str = "C0:FF:EE:00:00:01", name: str = "Polar H10 0A1B2C3D", service: str = "180d", **more: Any
    ) -> FakeStrap:
        """A strap with everything an H10 has but its ECG and acceleration."""
        table: dict[str, dict[str, tuple[list[str], bytes]]] = {
            service: {"2a37": (["notify"], b""), "2a38": (["read"], b"\x01")},
            "180f": {"2a19": (["read", "notify"], bytes([87]))},
            "180a": {
                "2a29": (["read"], b"Polar Electro Oy\x00"),
                "2a24": (["read"], b"H10"),
                "2a26": (["read"], b"5.0.0"),
            },
        }
        strap = FakeStrap(self, address, name, [full_uuid(service)], table, **more)
        self.straps[strap.path] = strap
        return strap

    def add_h10(self, speed: float = 0.0, **more: Any) -> tuple[FakeStrap, FakePmd]:
        """A strap that has ECG and acceleration as well."""
        strap = self.add_strap(**more)
        strap.table |= TABLE
        strap.pmd = FakePmd(strap, speed)
        return strap, strap.pmd

    # what a test does -------------------------------------------------------------------------------------------

    def count(self, member: str) -> int:
        """How often a method was called."""
        return sum(called == member for called, _ in self.calls)

    async def until(self, true: Callable[[], bool]) -> None:
        """Return as soon as a condition holds; looked at after every call and every change."""
        async with asyncio.timeout(600):
            while not true():
                self._something.clear()
                await self._something.wait()

    async def settled(self) -> None:
        """Return when the bus has handled all that was sent before."""
        dbus = {"destination": "org.freedesktop.DBus", "path": "/", "interface": "org.freedesktop.DBus.Peer"}
        await self.bus.call(Message(**dbus, member="Ping"))

    async def power(self, on: bool) -> None:
        """Switch the adapter: links end first, as with the real one."""
        if not on:
            for strap in self.straps.values():
                await strap.drop()
            self.discovering.clear()
        self.powered = on
        await self.changed(HCI0, ADAPTER, {"Powered": on})

    async def plug(self, present: bool) -> None:
        """Plug the adapter in or out."""
        if present:
            self.plugged = True
            await self.added(HCI0, self._adapter())
            return
        for strap in self.straps.values():
            await strap.vanish()
        self.plugged = False
        await self.removed(HCI0, [ADAPTER])

    async def restart(self) -> None:
        """bluetoothd is killed and started again: it tells nobody and remembers nothing."""
        await self.bus.release_name("org.bluez")
        for strap in self.straps.values():
            strap.release_all()
            strap.notifying.clear()
            strap.connected = strap.known = strap.resolved = False
        self.discovering.clear()
        await self.bus.request_name("org.bluez")

    # the bus ----------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Take the name org.bluez."""
        self.bus = await MessageBus(bus_address=self.address, negotiate_unix_fd=True).connect()
        self.bus.add_message_handler(self._on_message)
        match = "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'"
        dbus = {
            "destination": "org.freedesktop.DBus",
            "path": "/org/freedesktop/DBus",
            "interface": "org.freedesktop.DBus",
        }
        await self.bus.call(Message(**dbus, member="AddMatch", signature="s", body=[match]))
        await self.bus.request_name("org.bluez")
        self._keep(self._advertise())

    async def stop(self) -> None:
        """Leave the bus."""
        for strap in self.straps.values():
            strap.release_all()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.bus.disconnect()
        with contextlib.suppress(Exception):
            await self.bus.wait_for_disconnect()

    def _keep(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        await self.bus.send(Message.new_signal(path, interface, member, signature, body))
        self._something.set()

    async def changed(self, path: str, interface: str, properties: dict[str, Any]) -> None:
        """Emit PropertiesChanged."""
        body = [interface, variants(properties), []]
        await self._signal(path, "org.freedesktop.DBus.Properties", "PropertiesChanged", "sa{sv}as", body)

    async def added(self, path: str, interfaces: Interfaces) -> None:
        """Emit InterfacesAdded."""
        body = [path, {name: variants(properties) for name, properties in interfaces.items()}]
        await self._signal("/", "org.freedesktop.DBus.ObjectManager", "InterfacesAdded", "oa{sa{sv}}", body)

    async def removed(self, path: str, interfaces: list[str]) -> None:
        """Emit InterfacesRemoved."""
        await self._signal("/", "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved", "oas", [path, interfaces])

    async def _advertise(self) -> None:
        while True:
            await asyncio.sleep(self.advertise_s)
            for strap in [s for s in self.straps.values() if self.discovering and s.on_air and not s.connected]:
                if strap.known:
                    await self.changed(strap.path, DEVICE, {"RSSI": strap.rssi})
                else:
                    strap.known = True
                    await self.added(strap.path, {DEVICE: strap.device()})

    def _on_message(self, message: Message) -> bool:
        if message.message_type == MessageType.SIGNAL and message.member == "NameOwnerChanged":
            name, _, new_owner = message.body
            if not new_owner:
                self._forget(name)
        if message.message_type != MessageType.METHOD_CALL or message.path is None:
            return False
        if message.path != "/" and not message.path.startswith("/org/bluez"):
            return False
        self.calls.append((message.member or "", message.path))
        self._something.set()
        self._keep(self._answer(message))
        return True

    def _forget(self, client: str) -> None:
        """A client left the bus: all it had asked for goes, but not the links."""
        self.gone.add(client)
        self.discovering.discard(client)
        for strap in self.straps.values():
            for clients in strap.notifying.values():
                if client in clients:
                    clients.remove(client)
        self._something.set()

    async def _answer(self, message: Message) -> None:
        try:
            await self.before(message.member or "", self._uuid(message))
            handler = getattr(self, f"_{message.member}", None)
            if handler is None:
                raise Failure("org.freedesktop.DBus.Error.UnknownMethod", f"no {message.member}")
            signature, body = await handler(message) or ("", [])
            self._something.set()
            await self.after(message.member or "")
            reply = Message.new_method_return(message, signature, body)
        except Failure as failure:
            reply = Message.new_error(message, failure.name, failure.text)
        except Answered:
            self._something.set()
            return
        if not MessageFlag.NO_REPLY_EXPECTED & message.flags:
            await self.bus.send(reply)
        self._something.set()

    def _uuid(self, message: Message) -> str:
        """Characteristic that a call is for; empty where it is for none."""
        path = message.path or ""
        return next((s.uuid_at(path) for s in self.straps.values() if path.startswith(f"{s.path}/")), "")

    def _strap(self, message: Message) -> FakeStrap:
        path = message.path or ""
        for strap in self.straps.values():
            if path == strap.path and strap.known:
                return strap
            if path.startswith(f"{strap.path}/") and path in dict(strap.gatt()) and strap.known:
                if not strap.resolved:  # the objects of a lost link stay
                    raise Failure("org.bluez.Error.Failed", "Not connected")
                return strap
        raise Failure("org.freedesktop.DBus.Error.UnknownObject", f"no object at {path}")

    # org.bluez --------------------------------------------------------------------------------------------------

    def _adapter(self) -> Interfaces:
        roles = ["central", "peripheral"]
        return {ADAPTER: {"Address": "00:00:00:00:00:01", "Name": "fake", "Powered": self.powered, "Roles": roles}}

    async def _GetManagedObjects(self, _: Message) -> tuple[str, list[Any]]:
        objects: dict[str, Interfaces] = {HCI0: self._adapter()} if self.plugged else {}
        for strap in self.straps.values():
            if strap.known:
                objects[strap.path] = {DEVICE: strap.device()}
                objects |= dict(strap.gatt()) if strap.resolved else {}
        body = {p: {name: variants(props) for name, props in i.items()} for p, i in objects.items()}
        return "a{oa{sa{sv}}}", [body]

    async def _SetDiscoveryFilter(self, _: Message) -> None:
        self._must_be_on()

    async def _StartDiscovery(self, message: Message) -> None:
        self._must_be_on()
        if message.sender in self.discovering:
            raise Failure("org.bluez.Error.InProgress", "Operation already in progress")
        self.discovering.add(message.sender or "")

    async def _StopDiscovery(self, message: Message) -> None:
        self._must_be_on()
        if message.sender not in self.discovering:
            raise Failure("org.bluez.Error.Failed", "No discovery started")
        self.discovering.discard(message.sender or "")

    def _must_be_on(self) -> None:
        if not self.powered:
            raise Failure("org.bluez.Error.NotReady", "Resource Not Ready")

    async def _Connect(self, message: Message) -> None:
        self._must_be_on()
        strap = self._strap(message)
        if message.sender in self.gone:
            raise Failure("org.bluez.Error.Failed", "cancelled")
        if not strap.on_air:
            given_up = asyncio.Event()
            strap.pending.append(given_up)
            while not strap.on_air and not given_up.is_set():  # noqa: ASYNC110  tests set it without a word
                await asyncio.sleep(self.advertise_s)  # the kernel connects as soon as it hears it
            strap.pending.remove(given_up)
            if given_up.is_set():
                raise Failure("org.bluez.Error.Failed", "Operation already in progress")
        await strap.connect()
        self._keep(strap.resolve())

    async def _Disconnect(self, message: Message) -> None:
        await self._strap(message).drop()

    async def _ReadValue(self, message: Message) -> tuple[str, list[Any]]:
        return "ay", [self._strap(message).value(message.path or "")]

    async def _WriteValue(self, message: Message) -> None:
        strap = self._strap(message)
        flags = next(part[uuid][0] for part in strap.table.values() for uuid in part if uuid == self._uuid(message))
        if "write" not in flags or strap.pmd is None:
            raise Failure("org.bluez.Error.NotPermitted", "Write not permitted")
        await strap.pmd.write(bytes(message.body[0]))

    async def _StartNotify(self, message: Message) -> None:
        strap, path = self._strap(message), message.path or ""
        if path in strap.acquired:
            raise Failure("org.bluez.Error.NotPermitted", "Notify acquired")
        clients = strap.notifying.setdefault(path, [])
        if message.sender and message.sender not in clients:
            clients.append(message.sender)
        strap.outlived.discard(message.sender or "")

    async def _StopNotify(self, message: Message) -> None:
        clients = self._strap(message).notifying.get(message.path or "", [])
        if message.sender not in clients:
            raise Failure("org.bluez.Error.Failed", "No notify session started")
        clients.remove(message.sender)

    async def _AcquireNotify(self, message: Message) -> None:
        strap, path = self._strap(message), message.path or ""
        if path in strap.acquired:
            raise Failure("org.bluez.Error.NotPermitted", "Notify acquired")
        if strap.notifying.get(path):
            raise Failure("org.bluez.Error.InProgress", "In Progress")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        strap.acquired[path] = ours
        asyncio.get_running_loop().add_reader(ours.fileno(), strap.release, path)
        body, descriptors = [0, 185], [theirs.fileno()]
        await self.bus.send(Message.new_method_return(message, "hq", body, descriptors))
        theirs.close()
        raise Answered
