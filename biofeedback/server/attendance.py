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
    """Attends to the strap of one viewer's page, from the first that it says of it, in a task of the visit's group."""

    def __init__(self, room: Room, session: Session, viewer: Viewer, group: asyncio.TaskGroup) -> None:
        self._room = room
        self._session = session
        self._viewer = viewer
        self._post: Post | None = None
        self._group = group
        self._attending: asyncio.Task[None] | None = None

    def leave(self) -> None:
        """The page is gone, and its strap with it."""
        if self._attending is not None and self._post is not None:
            self._attending.cancel()
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
            self._attending = self._group.create_task(self._post.run())
        elif self._room.post is not self._post:
            raise CommandRefused("another page has taken over the strap")
        return self._post
