"""The wallet's town, whose worker hears planning's tasks too."""

from datetime import UTC, datetime

import pytest
from tests.rails.pump import Pump
from tests.wallet.conftest import biller, committed_town, lender, scripted  # noqa: F401 - fixtures
from tests.wallet.scripted import ScriptedBank
from tests.wallet.town import Town


@pytest.fixture
def town(db: None, scripted: type[ScriptedBank]) -> Town:  # noqa: F811
    town = Town(datetime.now(UTC))
    town.pump = Pump("rails", "wallet", "planning")
    return town
