"""A page's own strap: whether the session takes it from this page, and who attends to it."""

import asyncio

from biofeedback.errors import CommandRefused
from biofeedback.server.post import Post
from biofeedback.server.room import Room
from biofeedback.session import Session
from biofeedback.straps.remote import BROWSER, RemoteStrap
from biofeedback.viewer import Viewer

__all__ = ["Attendance"]


class Attendance:
    """Attends to the strap of one viewer's page, from the first that it says of it."""

    def __init__(self, room: Room, session: Session, viewer: Viewer) -> None:
        self._room = room
        self._session = session
        self._viewer = viewer
        self._post: Post | None = None
        self._begun = asyncio.Event()

    async def run(self) -> None:
        """Attend, once there is something to attend to, until cancelled."""
        await self._begun.wait()
        assert self._post is not None
        try:
            await self._post.run()
        finally:
            self._room.leave_strap(self._post)

    def post(self) -> Post:
        """Where this page's strap is attended to.

        Raises
        ------
        CommandRefused
            If the session's strap is not one of a page, the page is not the patient's, another page has taken the strap
            over, or the session was replaced.
        """
        strap = self._session.strap
        if not isinstance(strap, RemoteStrap) or strap.source != BROWSER:
            raise CommandRefused("the strap of this session is not connected to a page")
        if self._viewer.role != "patient":
            raise CommandRefused("only the patient's page has a strap")
        if self._session is not self._room.session:
            raise CommandRefused("this session was replaced by another")
        if self._post is None:
            self._post = Post(self._session, strap, lambda message: self._session.channel.tell(self._viewer, message))
            self._room.use_strap(self._post)
            self._begun.set()
        elif self._room.post is not self._post:
            raise CommandRefused("another page has taken over the strap")
        return self._post
