"""The migrations of the next version: those of this one, and three more. Only for tests."""

from gallery import migrations

__path__ += migrations.__path__
