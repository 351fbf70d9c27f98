"""The first operator comes in by a link that works once."""

from datetime import datetime

import pytest
from django.test import Client

from kefu.core import clock
from kefu.core.actor import SYSTEM
from kefu.identity import actions as identity
from kefu.identity import queries as people

GIVEN = {"staff_no": "9001", "name": "方远", "alias": "方运营", "password": "seven calm cats on a wall"}


@pytest.mark.django_db
def test_the_link_makes_the_first_operator_once(client: Client) -> None:
    link = identity.invite_first_operator(actor=SYSTEM, now=clock.now()).path
    assert client.get(link).status_code == 200
    assert client.post(link, GIVEN | {"password": "short"}).status_code == 422
    assert not people.operator_exists()
    assert client.post(link, GIVEN).status_code == 302
    assert people.find_staff("9001") is not None
    again = client.post(link, GIVEN | {"staff_no": "9002"})
    assert again.status_code in (404, 409, 410)
    assert people.find_staff("9002") is None


@pytest.mark.django_db
def test_a_made_up_link_is_refused(client: Client, now: datetime) -> None:
    assert client.get("/console/enrol/made-up/").status_code in (404, 409, 410)
