import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from biofeedback.core.exercises import EXERCISES
from biofeedback.lang import Words
from biofeedback.unattended import simulate

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def validator():
    """The contract of ``analyze --json``."""
    schema = json.loads((ROOT / "docs" / "analyze.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.fixture(scope="session")
def responder(tmp_path_factory):
    """A simulated recording of a person who answers the exhale."""
    path = tmp_path_factory.mktemp("recordings") / "responder.jsonl"
    simulate("responder", 2, EXERCISES["measured_4_6"], path)
    return path


@pytest.fixture(params=["nl", "en"])
def words(request):
    return Words(request.param)
