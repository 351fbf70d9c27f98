"""`python -m kefu.cli.lives.round SEED OPERATIONS`: one round on the database of its environment."""

import json
import sys
from datetime import UTC, datetime

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def main(seed: int, operations: int) -> int:
    """Random life until so many operations were asked, with a look at every hundred, then quiet, then the auditor."""
    import django
    from django.conf import settings

    # How secrets are hashed is not what is proven here, and slow by intent.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django.setup()
    from kefu.cli.lives.auditor import Auditor
    from kefu.cli.lives.moves import begin

    life = begin(seed, START)
    life.live(operations, watch=lambda: Auditor(life).glance())
    life.rest()
    world = life.world
    said = {
        "operations": life.lived, "kills": world.kills, "wishes": len(life.clients.wishes),
        "violations": Auditor(life).violations(), "counts": dict(world.counts),
    }  # fmt: skip
    print(json.dumps(said, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
