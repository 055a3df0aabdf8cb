"""Chromium's own Bluetooth emulation with one strap on the air: the browser's real API over a made-up radio."""

import base64
from typing import Any

from playwright.sync_api import Browser, Page
from strapped import until

ADDRESS = "09:09:09:09:09:09"
PMD, CONTROL, DATA = (f"fb005c8{n}-02e7-f387-1cad-8acd2d8df0c8" for n in range(3))
NOTIFY = {"notify": True, "read": True}  # a read fires the same event as a notification, which cannot be emulated
STRAP: dict[str, dict[str, tuple[dict[str, bool], bytes]]] = {
    "180d": {"2a37": (NOTIFY, b""), "2a38": ({"read": True}, b"\x01")},
    "180f": {"2a19": (NOTIFY, b"\x54")},
    "180a": {
        "2a24": ({"read": True}, b"H10"),
        "2a26": ({"read": True}, b"5.0.0"),
        "2a29": ({"read": True}, b"Polar Electro Oy"),
    },
    PMD: {CONTROL: ({"write": True, **NOTIFY}, b""), DATA: (NOTIFY, b"")},
}
# What is subscribed to can be read from outside, so that the strap can send.
SUBSCRIBED = """
window.subscribed = {};
const { startNotifications } = BluetoothRemoteGATTCharacteristic.prototype;
BluetoothRemoteGATTCharacteristic.prototype.startNotifications = function () {
  return startNotifications.call(this).finally(() => (subscribed[this.uuid] = this));
};
"""


def uuid(short: str) -> str:
    """A service or characteristic in full."""
    return f"0000{short}-0000-1000-8000-00805f9b34fb" if len(short) == 4 else short


class EmulatedRadio:
    """The radio of one page. ``chooses`` tells what the person does with the browser's list of straps."""

    def __init__(self, browser: Browser, page: Page) -> None:
        self.chooses = "selectPrompt"
        self.prompts: list[str] = []
        self.written: list[str] = []
        self._page = page
        self._names: dict[str, str] = {}
        self._values: dict[str, bytes] = {}
        self._radio = browser.new_browser_cdp_session()
        self._prompting = page.context.new_cdp_session(page)
        self._radio.on("BluetoothEmulation.gattOperationReceived", self._on_link)
        self._radio.on("BluetoothEmulation.characteristicOperationReceived", self._on_characteristic)
        self._prompting.on("DeviceAccess.deviceRequestPrompted", self._on_prompt)
        self._emulate("enable", state="powered-on", leSupported=True)
        self._prompting.send("DeviceAccess.enable")
        page.add_init_script(SUBSCRIBED)

    def advertise(self) -> None:
        """The strap is heard by a browser that looks for one."""
        record = {"name": "Polar H10", "uuids": [uuid("180d")], "appearance": 833, "txPower": 4, "manufacturerData": []}
        self._emulate("simulateAdvertisement", entry={"deviceAddress": ADDRESS, "rssi": -50, "scanRecord": record})
        if not self._names:
            self._add_services()

    def send(self, characteristic: str, value: str) -> None:
        """The strap sends bytes, as soon as the page listens."""
        name = uuid(characteristic)
        until(self._page, lambda: self._page.evaluate(f"subscribed['{name}']?.service.device.gatt.connected"))
        self._values[characteristic] = bytes.fromhex(value)
        self._page.evaluate(f"subscribed['{name}'].readValue().then(() => null)")

    def drop(self) -> None:
        """The link is lost."""
        self._page.evaluate("subscribed = {}")
        self._emulate("simulateGATTDisconnection", address=ADDRESS)
        self._add_services()  # the emulation forgets them

    def power(self, state: str) -> None:
        """The adapter: powered-on, powered-off or absent."""
        self._emulate("setSimulatedCentralState", state=state)

    def _emulate(self, what: str, **parameters: object) -> dict[str, Any]:
        return dict(self._radio.send(f"BluetoothEmulation.{what}", parameters))

    def _add_services(self) -> None:
        for service, characteristics in STRAP.items():
            service_id = self._emulate("addService", address=ADDRESS, serviceUuid=uuid(service))["serviceId"]
            for name, (properties, value) in characteristics.items():
                added = self._emulate(
                    "addCharacteristic", serviceId=service_id, characteristicUuid=uuid(name), properties=properties
                )
                self._names[added["characteristicId"]] = name
                self._values.setdefault(name, value)
                if "notify" in properties:
                    self._emulate(
                        "addDescriptor", characteristicId=added["characteristicId"], descriptorUuid=uuid("2902")
                    )

    def _on_link(self, event: dict[str, Any]) -> None:
        self._emulate("simulateGATTOperationResponse", code=0, **event)

    def _on_characteristic(self, event: dict[str, Any]) -> None:
        name = self._names[event["characteristicId"]]
        answer = {"characteristicId": event["characteristicId"], "type": event["type"], "code": 0}
        if event["type"] == "read":
            answer["data"] = base64.b64encode(self._values[name]).decode()
        if event["type"] == "write":
            self.written.append(base64.b64decode(event["data"]).hex())
        self._emulate("simulateCharacteristicOperationResponse", **answer)

    def _on_prompt(self, event: dict[str, Any]) -> None:
        if not event["devices"] or event["id"] in self.prompts:
            return
        self.prompts.append(event["id"])
        chosen = {"deviceId": ADDRESS} if self.chooses == "selectPrompt" else {}
        self._prompting.send(f"DeviceAccess.{self.chooses}", {"id": event["id"], **chosen})
