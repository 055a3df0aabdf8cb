"""Access: who somebody is, and what is theirs."""

from starlette.requests import HTTPConnection

from biofeedback.server.access.principal import Principal, Role
from biofeedback.server.access.refusal import not_found

__all__ = ["Access"]

LOCAL = Principal(Role.LOCAL)


class Access:
    """Who somebody is, and what is theirs."""

    @property
    def is_private(self) -> bool:
        """Whether this is a private try-out: only this machine is listened to, and no staff is registered."""
        return True

    async def principal(self, connection: HTTPConnection) -> Principal | None:
        """Who asks; None: somebody who is not signed in."""
        del connection
        return LOCAL

    async def require(self, principal: Principal, kind: str, id_: str) -> None:
        """Go on where this is the principal's own; ``kind`` is ``person``, ``room`` or ``share``.

        Raises
        ------
        Refused
            If it is not, or there is none: with the same words.
        """
        if not await self._owns(principal, kind, id_):
            raise not_found()

    async def own_people(self, principal: Principal) -> frozenset[str] | None:
        """Ids of the people of whom a principal may see something; None: everybody."""
        if principal.role is Role.LOCAL:
            return None
        return frozenset() if principal.person is None else frozenset({principal.person})

    async def _owns(self, principal: Principal, kind: str, id_: str) -> bool:
        """Whether it is the principal's own."""
        if principal.role is Role.LOCAL:
            return True
        if principal.role is Role.PATIENT:
            return id_ == {"person": principal.person, "room": principal.room}.get(kind)
        return False
