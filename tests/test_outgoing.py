import pytest
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from biofeedback.outgoing import Outgoing


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65535, 65536, 70_000])
def test_a_message_is_one_whole_frame(length: int) -> None:
    message = Outgoing.of("beat", b"x" * length, 7, 1.0)
    assert message.frame == Frame(Opcode.TEXT, b"x" * length).serialize(mask=False)
    reader = StreamReader()
    reader.feed_data(message.frame)
    parsing = Frame.parse(reader.read_exact, mask=False)
    with pytest.raises(StopIteration) as parsed:
        next(parsing)
    assert parsed.value.value.data == b"x" * length
    assert message.text == "x" * length
