import gzip
import io
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biofeedback.core.events import RrIntervals
from biofeedback.errors import NotRrData
from biofeedback.formats.rr_file import RrFile, RrUnit, read_rr_file, rr_events

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
shared = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not beside this checkout")


@pytest.fixture
def read(tmp_path):
    def read(content, unit=None, name="rr.txt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_rr_file(path, unit)

    return read


@pytest.fixture
def refusal(read, tmp_path):
    """The one line with which a file is refused, without the folder."""

    def refusal(content, unit=None, name="rr.txt"):
        with pytest.raises(NotRrData) as caught:
            read(content, unit, name)
        message = str(caught.value)
        assert message.startswith(str(tmp_path / name))
        assert len(message.splitlines()) == 1
        return message.removeprefix(str(tmp_path / name))

    return refusal


def npy_bytes(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


ONE = {
    "one value a line": "812\n790\n805\n",
    "no line feed at the end": "812\n790\n805",
    "Windows line ends": "812\r\n790\r\n805\r\n",
    "old Mac line ends": "812\r790\r805\r",
    "comments and blank lines": "# from a strap\n\n812\n  \n790\n# pause\n805\n\n",
    "byte order mark": "\ufeff812\n790\n805\n",
    "quotes": '"812"\n"790"\n"805"\n',
    "Excel's line of the separator": "sep=;\nrr;note\n812;a\n790;b\n805;c\n",
    "a separator between quotes": '"mood, 1;5","rr","x"\n"1,5","812,0","5"\n"2,5","790,0","5"\n"3,5","805,0","5"\n',
    "UTF-16": "812\n790\n805\n".encode("utf-16"),
    "spaces around": "  812\n790  \n\t805\n",
    "scientific notation": "8.12e2\n7.9e2\n8.05E+02\n",
    "a header": "RR\n812\n790\n805\n",
    "any header over one column": "my strap\n812\n790\n805\n",
    "a header in an old encoding": "RR für Frau Möller (ms)\n812\n790\n805\n".encode("latin-1"),
    "a trailing comma": "812,\n790,\n805,\n",
    "Polar Sensor Logger": "Phone timestamp;RR-interval [ms]\n2022-01-01T1;812\n2022-01-01T2;790\n2022-01-01T3;805\n",
    "an IBI column with its unit": "subject,ibi_ms\nA,812\nA,790\nB,805\n",
    "seconds": "0.812\n0.790\n0.805\n",
    "seconds with a decimal comma": "0,812\n0,790\n0,805\n",
    "milliseconds with a decimal comma": "812,0\n790,0\n805,0\n",
    "a decimal comma on some lines only": "812\n790,0\n805\n",
    "a decimal comma under a header": "RR\n812,0\n790,0\n805,0\n",
    "seconds named by the header": "rr_s\n0.812\n0.790\n0.805\n",
    "numpy integers": npy_bytes(np.array([812, 790, 805])),
    "numpy floats in seconds": npy_bytes(np.array([0.812, 0.79, 0.805])),
    "big-endian numpy": npy_bytes(np.array([812, 790, 805], dtype=">f4")),
    "gzip": gzip.compress(b"812\n790\n805\n"),
}


@pytest.mark.parametrize("content", ONE.values(), ids=ONE.keys())
def test_a_list_of_intervals_is_read(read, content):
    found = read(content)
    assert found.rr_ms == pytest.approx((812.0, 790.0, 805.0), abs=1e-4)
    assert found.arrival_s is None


TWO = {
    "time and RR without header": "0.5,812\n1.3,790\n2.1,805\n",
    "time and RR in seconds": "0.5,0.812\n1.3,0.790\n2.1,0.805\n",
    "parted by spaces": "0.5 812\n1.3  790\n2.1 805\n",
    "parted by tabs": "0.5\t812\n1.3\t790\n2.1\t805\n",
    "semicolons and decimal commas": "0,5;812,0\n1,3;790,0\n2,1;805,0\n",
    "a header": "t_s,rr_ms\n0.5,812\n1.3,790\n2.1,805\n",
    "a header the other way round": "RR (ms),Time (s)\n812,0.5\n790,1.3\n805,2.1\n",
    "HRV Logger": "date,rr,since start \n2016-03-03 09:43:10, 812, 500\n2016-03-03 09:43:11, 790, 1300\n, 805, 2100\n",
    "time in ms": "500,812\n1300,790\n2100,805\n",
    "gzipped CSV": gzip.compress(b"t_s,rr_ms\n0.5,812\n1.3,790\n2.1,805\n"),
}


@pytest.mark.parametrize("content", TWO.values(), ids=TWO.keys())
def test_times_beside_the_intervals_are_read_in_seconds(read, content):
    found = read(content)
    assert found.rr_ms == pytest.approx((812.0, 790.0, 805.0))
    assert found.arrival_s == pytest.approx((0.5, 1.3, 2.1))


def test_whole_seconds_beside_whole_milliseconds_are_two_columns(read):
    found = read("".join(f"{10 + index * 8 // 10},{800 + index % 7}\n" for index in range(40)))
    assert found.rr_ms[:2] == (800.0, 801.0)
    assert found.arrival_s is not None
    assert found.arrival_s[-1] == 41


def test_one_line_is_a_list_too(read):
    assert read("812").rr_ms == (812.0,)
    assert read("0,812").rr_ms == (812.0,)


def test_times_that_are_no_numbers_are_left_out(read):
    assert read("time,rr\n10:00:01,812\n10:00:02,790\n").arrival_s is None


@pytest.mark.parametrize(("content", "unit"), [("812\n790\n", RrUnit.MS), ("0.812\n.79\n", RrUnit.S)])
def test_the_unit_is_recognised_and_said(read, content, unit):
    assert read(content).unit is unit


def test_the_unit_can_be_said_where_an_artefact_hides_it(read, refusal):
    assert "line 2: 12 is not in ms as line 1 is" in refusal("812\n12\n790\n")
    assert read("812\n12\n790\n", "ms").rr_ms == (812.0, 12.0, 790.0)
    assert read("0.8\n0.9\n", RrUnit.S).rr_ms == (800.0, 900.0)


def test_each_interval_knows_its_line(read):
    assert read("# head\nrr\n\n812\n# x\n790\n").lines == (4, 6)
    assert read(npy_bytes(np.array([812, 790]))).lines == (1, 2)


REFUSED = {
    "nothing": ("", "empty"),
    "only comments": ("# one\n\n", "empty"),
    "only a header": ("rr\n", "no number in it"),
    "zero": ("812\n0\n", "line 2: 0 is no RR interval"),
    "99999": ("812\n790\n99999\n", "line 3: 99999 is no RR interval"),
    "negative": ("-812\n", "line 1: -812 is no RR interval"),
    "nan": ("812\nnan\n", "line 2: nan is no RR interval"),
    "nan first": ("nan\n812\n", "line 1: nan is no RR interval"),
    "infinite": ("812\n-inf\n", "line 2: -inf is no RR interval"),
    "a word": ("812\nlost\n", "line 2: 'lost' is no RR interval"),
    "an underscore": ("812\n7_90\n", "line 2: '7_90' is no RR interval"),
    "an empty cell": ("t_s,rr_ms\n1,812\n2,\n", "line 3: '' is no RR interval"),
    "a mixture": ("# x\n812\n0.79\n", "line 3: 0.79 is not in ms as line 2 is"),
    "the other mixture": ("0.812\n790\n", "line 2: 790 is not in s as line 1 is"),
    "another unit than the header's": ("rr_ms\n0.8\n0.9\n", "line 2: the header says ms, but 0.8 looks like s"),
    "heart rates": ("62\n64\n63\n", "median of 63 ms is no RR interval"),
    "too many columns": ("1,2,3\n", "line 1: 3 columns and no header"),
    "more columns than before": ("1,812\n2,790\n3,805,1\n", "line 3: columns: 3, but 2 on line 1"),
    "fewer columns than before": ("1.5,812\n790\n", "line 2: columns: 1, but 2 on line 1"),
    "no RR column": ("t_s,ecg_mv\n0.1,0.2\n", "line 1: no column of RR intervals among 't_s, ecg_mv'"),
    "arrival is not RR": ("arrival,error\n0.1,812\n", "no column of RR intervals"),
    "time that goes back": ("5,812\n4.5,790\n", "line 2: the time goes from 5 to 4.5"),
    "time that is nan": ("t_s,rr_ms\nnan,812\n1,790\n", "line 2: the time goes from"),
    "time that is infinite": ("t_s,rr_ms\n1,812\ninf,790\n", "line 3: the time goes from 1 to inf"),
    "prose": ("Dear Sir,\nplease find my heart rate.\n", "line 2: 'please find my heart rate.' is no RR interval"),
    "prose with commas": ("Dear Sir, dear Madam,\nhere you are.\n", "Name it rr_ms or rr_s"),
    "a recording": ('{"type":"header"}\n', "recording or other JSON"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "no text"),
    "a photo": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "no text"),
    "random bytes": (bytes(range(256)), "no text"),
    "broken UTF-16": (b"\xff\xfe8\x00\x00\xd8", "no text"),
    "a damaged gzip": (gzip.compress(b"812\n" * 100)[:-12], "the gzip is damaged"),
    "no gzip after all": (b"\x1f\x8bhello", "the gzip is damaged"),
    "a flipped byte in a gzip": (gzip.compress(os.urandom(99))[:20] + b"\x00\xff" * 20, "the gzip is damaged"),
    "a table in numpy": (npy_bytes(np.ones((2, 2))), "one dimension"),
    "no numbers in numpy": (npy_bytes(np.array(["812"])), "one dimension"),
    "an empty numpy file": (npy_bytes(np.array([], dtype=float)), "one dimension"),
    "only numpy's magic": (b"\x93NUMPY", "one dimension"),
    "a cut numpy file": (npy_bytes(np.array([812.0, 790.0]))[:-3], "cut off or too long"),
    "nan in numpy": (npy_bytes(np.array([812.0, np.nan])), "line 2: nan is no RR interval"),
    "more lines than beats in a day": ("812\n" * 500_001, "more than 24 hours"),
    "more than a day": ("2000\n" * 46_000, "more than 24 hours"),
    "more columns than anyone has": (",".join("9" * 2000), "32 columns and no header"),
    "more than 20 MB": (b"8" * 20_000_001, "too large for RR intervals"),
    "a gzip bomb": (gzip.compress(b"0" * 60_000_000), "too large for RR intervals"),
}


@pytest.mark.parametrize(("content", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_anything_else_is_refused_in_one_line_that_says_where(refusal, content, said):
    assert said in refusal(content)


@pytest.mark.parametrize(
    ("content", "unit", "said"),
    [
        ("0.8\n0.9\n", "ms", "read as ms, the median of 0.85 ms is no RR interval"),
        ("812\n790\n", "s", "line 1: 812 s is no RR interval"),
        ("812\n0\n", "ms", "line 2: 0 ms is no RR interval"),
        ("812\nnan\n", "ms", "line 2: nan ms is no RR interval"),
    ],
)
def test_a_unit_that_cannot_be_is_refused(refusal, content, unit, said):
    assert said in refusal(content, unit)


def test_pickled_objects_are_never_loaded(refusal):
    file = io.BytesIO()
    np.save(file, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    assert "one dimension" in refusal(file.getvalue(), name="rr.npy")


def test_a_numpy_file_that_claims_too_much_costs_no_memory(refusal):
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (999999999,), }\n"
    assert "cut off" in refusal(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)


def test_the_second_version_of_the_numpy_format_is_read(read):
    header = b"{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }\n"
    data = b"\x93NUMPY\x02\x00" + len(header).to_bytes(4, "little") + header + np.array([812, 790], "<i2").tobytes()
    assert read(data).rr_ms == (812.0, 790.0)


@pytest.mark.parametrize("name", ["missing.txt", "no\0name"])
def test_a_missing_file_is_said(tmp_path, name):
    with pytest.raises(NotRrData, match=r"no such file|cannot be read"):
        read_rr_file(tmp_path / name)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(NotRrData, match="folder"):
        read_rr_file(tmp_path)


def outcome(path, unit=None):
    """The file, or the line with which it was refused."""
    try:
        return read_rr_file(path, unit)
    except NotRrData as refused:
        return str(refused)


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode), st.sampled_from([None, "ms", "s"]))
@settings(max_examples=300)
def test_any_bytes_are_intervals_or_refused_in_one_line(tmp_path_factory, content, unit):
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(content)
    found = outcome(path, unit)
    if isinstance(found, str):
        assert len(found.splitlines()) == 1
    else:
        assert all(0 < value <= 30_000 for value in found.rr_ms)


@given(st.text(alphabet="0123456789.,;\t -+enaif\n", max_size=120))
@settings(max_examples=500)
def test_any_numbers_are_intervals_or_refused_in_one_line(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_text(content)
    found = outcome(path)
    if isinstance(found, str):
        assert len(found.splitlines()) == 1
    else:
        assert len(found.rr_ms) == len(found.lines) > 0


def test_events_stand_at_the_end_of_their_interval_without_jitter():
    rr_file = RrFile(Path("x"), (812.5, 790.1234567, 805.0), None, RrUnit.MS, (1, 2, 3))
    assert rr_events(rr_file) == [
        RrIntervals(1, 0.8125, (812.5,)),
        RrIntervals(2, 1.602623, (790.1234567,)),
        RrIntervals(3, 2.407623, (805.0,)),
    ]


READABLE = {
    "polar_h10/slow_breathing_ibi.csv": (620, RrUnit.MS, True),
    "polar_h10/frequent_pvc_rr.csv": (798, RrUnit.MS, True),
    "rest_ecg_respiration/rr.csv": (477, RrUnit.MS, True),
    "polar_watch/rest_rr_ms.txt": (910, RrUnit.MS, False),
    "nn_1h/nn_ms.npy": (4684, RrUnit.MS, False),
    "ec57/HRV256_TP2.txt.gz": (108_000, RrUnit.S, True),
    "ec57/HRV256_TP3.txt.gz": (86_400, RrUnit.S, True),
}


@shared
@pytest.mark.shared
def test_every_shared_file_is_read_or_refused_in_one_line():
    readable = set()
    for path in sorted(path for path in SHARED.rglob("*") if path.is_file()):
        found, name = outcome(path), path.relative_to(SHARED).as_posix()
        if isinstance(found, str):
            assert len(found.splitlines()) == 1
        else:
            readable.add(name)
            assert (len(found.rr_ms), found.unit, found.arrival_s is not None) == READABLE[name]
    assert readable == set(READABLE)


@shared
@pytest.mark.shared
@pytest.mark.parametrize(
    "name", ["polar_h10/frequent_pvc_ecg_130hz.csv.gz", "rest_ecg_respiration/rest_8min_100hz.csv.gz"]
)
def test_an_ecg_is_no_list_of_intervals(name):
    with pytest.raises(NotRrData, match="line 1: no column of RR intervals"):
        read_rr_file(SHARED / name)
