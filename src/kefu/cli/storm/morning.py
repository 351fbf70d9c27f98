"""`python -m kefu.cli.storm.morning`: the bank's and the lender's files of two days are taken in, as a morning later.

What only the statement tells (a payout that came back while the callback was lost) is known from then on.
"""

from datetime import timedelta

import django


def main() -> None:
    django.setup()
    from kefu.core import clock
    from kefu.core.actor import SYSTEM
    from kefu.rails import actions, rules

    now = clock.now()
    today = now.astimezone(rules.BANK_ZONE).date()
    for house in ("sandbox", "lender"):
        for day in (today - timedelta(days=1), today):
            actions.fetch_channel_file(actor=SYSTEM, connector_code=house, day=day, now=now)
            actions.fetch_statement(actor=SYSTEM, connector_code=house, day=day, now=now)


if __name__ == "__main__":
    main()
