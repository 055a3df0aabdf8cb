import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.core.heart_rate import HeartRateMeasurement, decode, encode
from biofeedback.errors import MalformedPayload

# Bytes that real straps send (Polar H10 without contact bits, H7 with them), and our own for the other flags.
BOTH_WAYS = [
    ("104372038a03", HeartRateMeasurement(67, rr_1024ths=(882, 906))),
    ("10449203", HeartRateMeasurement(68, rr_1024ths=(914,))),
    ("103c8c04", HeartRateMeasurement(60, rr_1024ths=(1164,))),
    ("0040", HeartRateMeasurement(64)),
    ("163c1104", HeartRateMeasurement(60, contact=True, rr_1024ths=(1041,))),
    ("163cf503", HeartRateMeasurement(60, contact=True, rr_1024ths=(1013,))),
    ("063c", HeartRateMeasurement(60, contact=True)),
    ("1e48100072038a03", HeartRateMeasurement(72, contact=True, energy_kj=16, rr_1024ths=(882, 906))),
    ("112c01cd00", HeartRateMeasurement(300, rr_1024ths=(205,))),
    ("19000134127203", HeartRateMeasurement(256, energy_kj=0x1234, rr_1024ths=(882,))),
    ("144372038a03", HeartRateMeasurement(67, contact=False, rr_1024ths=(882, 906))),
    ("0400", HeartRateMeasurement(0, contact=False)),
    ("0848ffff", HeartRateMeasurement(72, energy_kj=65535)),
    ("10ff" + "2c01" * 9, HeartRateMeasurement(255, rr_1024ths=(300,) * 9)),
    ("10f0" + "0001" * 120, HeartRateMeasurement(240, rr_1024ths=(256,) * 120)),
]

ONE_WAY = [
    # u16 although the value fits a byte
    ("1143007203", HeartRateMeasurement(67, rr_1024ths=(882,))),
    # contact bits 1: not supported
    ("12437203", HeartRateMeasurement(67, rr_1024ths=(882,))),
    # reserved bits are ignored
    ("f0437203", HeartRateMeasurement(67, rr_1024ths=(882,))),
    # bit 4 clear: bytes that follow are no RR, whatever their number
    ("004372038a03", HeartRateMeasurement(67)),
    ("00437203ff", HeartRateMeasurement(67)),
    # bit 4 set without any RR
    ("1043", HeartRateMeasurement(67)),
    # RR of 0
    ("104300007203", HeartRateMeasurement(67, rr_1024ths=(882,), rr_rejected=1)),
    ("104300000000", HeartRateMeasurement(67, rr_rejected=2)),
    # an odd tail
    ("10437203ff", HeartRateMeasurement(67, odd_tail=True)),
    ("1043ff", HeartRateMeasurement(67, odd_tail=True)),
]


@pytest.mark.parametrize(("payload", "measurement"), BOTH_WAYS + ONE_WAY)
def test_bytes_decode_to_their_measurement(payload, measurement):
    assert decode(bytes.fromhex(payload)) == measurement


@pytest.mark.parametrize(("payload", "measurement"), BOTH_WAYS)
def test_a_measurement_encodes_to_its_bytes(payload, measurement):
    assert encode(measurement).hex() == payload


def test_not_supported_contact_is_not_no_contact():
    assert decode(bytes.fromhex("0040")).contact is None
    assert decode(bytes.fromhex("0240")).contact is None
    assert decode(bytes.fromhex("0440")).contact is False
    assert decode(bytes.fromhex("0640")).contact is True


@pytest.mark.parametrize(
    "payload",
    ["", "00", "10", "01", "0140", "11", "1143", "0840", "084010", "1e", "1e4810", "0940", "094000", "09400010"],
)
def test_a_cut_off_header_is_malformed_and_says_so(payload):
    with pytest.raises(MalformedPayload) as caught:
        decode(bytes.fromhex(payload))
    assert caught.value.payload == bytes.fromhex(payload)
    assert caught.value.reason in {"no bytes", "heart rate is cut off", "energy is cut off"}


def header_length(payload: bytes) -> int:
    return 2 + (payload[0] & 0x01) + (2 if payload[0] & 0x08 else 0)


@pytest.mark.parametrize("payload", [bytes.fromhex(payload) for payload, _ in BOTH_WAYS + ONE_WAY])
def test_every_truncation_keeps_the_whole_fields_or_is_malformed(payload):
    whole = decode(payload)
    for length in range(len(payload)):
        if length < header_length(payload):
            with pytest.raises(MalformedPayload):
                decode(payload[:length])
            continue
        cut = decode(payload[:length])
        assert cut.heart_rate_bpm == whole.heart_rate_bpm
        assert cut.energy_kj == whole.energy_kj
        assert cut.contact == whole.contact
        has_rr = bool(payload[0] & 0x10)
        assert cut.odd_tail == (has_rr and (length - header_length(payload)) % 2 == 1)
        assert whole.odd_tail or cut.rr_1024ths == (() if cut.odd_tail else whole.rr_1024ths[: len(cut.rr_1024ths)])


@given(st.binary(max_size=64))
def test_any_bytes_give_a_measurement_or_a_malformed_payload(payload):
    try:
        measurement = decode(payload)
    except MalformedPayload:
        assert len(payload) < (header_length(payload) if payload else 1)
    else:
        assert 0 not in measurement.rr_1024ths
        assert not (measurement.odd_tail and measurement.rr_1024ths)


@given(
    st.builds(
        HeartRateMeasurement,
        heart_rate_bpm=st.integers(0, 65535),
        contact=st.none() | st.booleans(),
        energy_kj=st.none() | st.integers(0, 65535),
        rr_1024ths=st.lists(st.integers(1, 65535), max_size=20).map(tuple),
    )
)
def test_what_is_encoded_decodes_to_the_same_measurement(measurement):
    assert decode(encode(measurement)) == measurement


@pytest.mark.parametrize(
    "measurement",
    [
        HeartRateMeasurement(-1),
        HeartRateMeasurement(65536),
        HeartRateMeasurement(60, energy_kj=65536),
        HeartRateMeasurement(60, rr_1024ths=(0,)),
        HeartRateMeasurement(60, rr_1024ths=(65536,)),
    ],
)
def test_numbers_that_do_not_fit_are_refused(measurement):
    with pytest.raises(ValueError, match="16 bits"):
        encode(measurement)
