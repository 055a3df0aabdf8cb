"""The live service: pages, the channel, and a little about itself. On this machine only."""

from biofeedback.server.app import create_app
from biofeedback.server.serving import serve

__all__ = ["create_app", "serve"]
