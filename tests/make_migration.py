"""For maintainers: `python -m tests.make_migration "what changes"` writes the migration to the tables as they are."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

from core.database import Database
from core.migrating import MIGRATIONS, migrate
from tests.all_models import METADATA


def main() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["metadata"] = METADATA
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'empty.sqlite'}")
        if any((MIGRATIONS / "versions").glob("*.py")):
            migrate(database)
        with database.engine.begin() as connection:
            config.attributes["connection"] = connection
            number = len(list((MIGRATIONS / "versions").glob("*.py"))) + 1
            command.revision(config, message=sys.argv[1], autogenerate=True, rev_id=f"{number:04d}")


if __name__ == "__main__":
    main()
