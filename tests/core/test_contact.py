import pytest

from biofeedback.core.contact import NO_INTERVALS_S, Contact
from biofeedback.core.events import Characteristic, Link, LinkState, Notification, StrapInfo
from biofeedback.core.heart_rate import HeartRateMeasurement

WITH_RR, WITHOUT_RR = HeartRateMeasurement(60, rr_1024ths=(1024,)), HeartRateMeasurement(60)
DRY, WET = HeartRateMeasurement(60, contact=False), HeartRateMeasurement(60, contact=True, rr_1024ths=(1024,))


def _link(state, t_s=0.0):
    return Link(1, t_s, 1, state)


def test_nothing_is_known_at_first():
    contact = Contact()
    assert contact.has_contact is None
    assert contact.has_intervals
    assert not contact.is_connected
    assert contact.battery_percent is None
    assert contact.no_intervals_due_s is None


def test_the_link_says_whether_the_strap_is_connected():
    contact = Contact()
    contact.link(_link(LinkState.CONNECTED))
    assert contact.is_connected
    contact.link(_link(LinkState.LOST))
    assert not contact.is_connected


def test_the_battery_is_read_where_it_is_sent():
    contact = Contact()
    contact.read(Notification(1, 0.0, 1, Characteristic.BATTERY, b""))
    contact.read(Notification(2, 0.0, 1, Characteristic.BATTERY, b"\xff"))
    contact.read(Notification(2, 0.0, 1, Characteristic.BODY_LOCATION, b"\x01"))
    assert contact.battery_percent is None
    contact.read(Notification(3, 0.0, 1, Characteristic.BATTERY, b"\x49"))
    assert contact.battery_percent == 73


def test_a_strap_that_never_sends_intervals_is_given_ten_seconds_from_its_first_notification():
    contact = Contact()
    for t_s in (5.0, 6.0, 7.0):
        contact.measure(t_s, WITHOUT_RR)
    assert contact.no_intervals_due_s == 5.0 + NO_INTERVALS_S == 15.0
    contact.give_up_intervals()
    assert not contact.has_intervals
    assert contact.no_intervals_due_s is None
    contact.measure(20.0, WITH_RR)
    assert contact.has_intervals


def test_one_interval_proves_that_the_strap_can_send_them():
    contact = Contact()
    contact.measure(1.0, WITH_RR)
    contact.measure(2.0, WITHOUT_RR)
    assert contact.no_intervals_due_s is None


def test_a_lost_link_begins_the_ten_seconds_anew():
    contact = Contact()
    contact.measure(1.0, WITHOUT_RR)
    contact.link(_link(LinkState.LOST, 3.0))
    assert contact.no_intervals_due_s is None
    contact.measure(30.0, WITHOUT_RR)
    assert contact.no_intervals_due_s == 40.0


def test_a_dry_strap_is_not_taken_for_one_that_sends_no_intervals():
    contact = Contact()
    contact.measure(1.0, DRY)
    assert contact.no_intervals_due_s is None
    contact.measure(8.0, HeartRateMeasurement(60, contact=True))
    assert contact.no_intervals_due_s == 18.0


def test_a_strap_that_cannot_tell_never_lost_contact():
    contact = Contact()
    contact.measure(1.0, WITH_RR)
    assert contact.has_contact is None
    assert contact.no_contact_fraction(0.0, 10.0) == 0.0


def test_the_time_without_contact_is_a_share_of_the_window():
    contact = Contact()
    for t_s, measurement in ((0.0, WET), (10.0, DRY), (12.0, DRY), (15.0, WET), (90.0, DRY)):
        contact.measure(t_s, measurement)
    assert contact.no_contact_fraction(0.0, 20.0) == pytest.approx(0.25)
    assert contact.no_contact_fraction(12.0, 22.0) == pytest.approx(0.3)
    assert contact.no_contact_fraction(20.0, 40.0) == 0.0
    assert contact.no_contact_fraction(80.0, 100.0) == pytest.approx(0.5)
    assert contact.no_contact_fraction(11.0, 13.0) == 1.0
    assert contact.no_contact_fraction(5.0, 5.0) == 0.0
    assert contact.has_contact is False


def test_the_share_does_not_depend_on_when_the_session_began():
    shares = []
    for shift_s in (0.0, 1234.5):
        contact = Contact()
        for t_s, measurement in ((1.0, WET), (3.0, DRY), (9.0, WET)):
            contact.measure(t_s + shift_s, measurement)
        shares.append(contact.no_contact_fraction(shift_s, 20.0 + shift_s))
    assert shares[0] == pytest.approx(shares[1]) == pytest.approx(0.3)


def test_what_one_strap_said_is_not_said_of_the_next():
    contact = Contact()
    contact.measure(1.0, DRY)
    contact.measure(2.0, WITHOUT_RR)
    contact.give_up_intervals()
    contact.change_strap(StrapInfo(5, 10.0, 2, "ble", latency_s=0.2))
    assert contact.has_contact is None
    assert contact.has_intervals
    assert contact.no_intervals_due_s is None
    assert contact.latency_s == 0.2
    contact.measure(11.0, WITH_RR)  # and cannot tell of contact
    assert contact.no_contact_fraction(0.0, 18.0) == pytest.approx(0.5)
