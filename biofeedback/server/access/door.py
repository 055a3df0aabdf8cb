"""Puts the gate before an application, and adds the routes by which somebody comes in."""

from fastapi import FastAPI

from biofeedback.server.access.access import Access
from biofeedback.server.access.entrance import add_entrance
from biofeedback.server.access.gate import Gate
from biofeedback.server.access.reception import add_reception
from biofeedback.server.access.refusal import REFUSALS, refusal
from biofeedback.server.access.roster import add_hand_over, add_own_account, add_roster

__all__ = ["add_access"]


def add_access(app: FastAPI, access: Access) -> None:
    """Nothing is answered any more but what the table allows."""
    app.state.access = access
    for reason in REFUSALS:
        app.add_exception_handler(reason, refusal)
    app.add_middleware(Gate, access=access)
    add_entrance(app, access)
    add_own_account(app, access)
    add_roster(app, access)
    add_hand_over(app, access)
    add_reception(app, access)
