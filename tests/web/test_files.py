"""Files that people hand in: not more of them in a day than a person needs, and what else was written is not lost."""

from uuid import UUID, uuid4

import pytest
from tests.wallet.mall import Mall
from tests.wallet.test_files import handed_in
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of
from tests.web.test_chat import JSON, png
from tests.web.test_shop_pages import PIN, asked, picture

from kefu.core.files import PERSON, STAFF
from kefu.wallet.models import Refund


def ask_back(client, paid: UUID, *shots: object):
    given = {"key": str(uuid4()), "amount": "40", "reason": "faulty", "words": "蛋糕是坏的", "pin": PIN}
    return client.post(f"/orders/{paid}/refund/", given | {"files": list(shots)})


@pytest.mark.parametrize("used", [{"count": PERSON.files - 1}, {"count": 1, "size": PERSON.bytes - 10}])
def test_a_day_has_room_for_so_many_files_of_one_person(town: Town, browser: SignedIn, used: dict[str, int]) -> None:
    """The refund is not asked for, what was written stays on the page, and without files it goes through."""
    lin, mall = town.customer("林一", money=300_00), Mall(town)
    paid = mall.bought(lin, mall.shop(), 100_00)
    town.prove(lin, "any")
    client = browser(lin)
    handed_in(lin, **used)
    handed_in(lin, PERSON.files, hours=25)
    refused = ask_back(client, paid.id, picture(), picture())
    page = text_of(refused)
    assert refused.status_code == 429
    assert "24 小时内上传的文件已到上限（60 个，共 120 MB），这个文件没有保存" in page
    assert "蛋糕是坏的" in page
    assert Refund.objects.count() == 0
    chat = client.post("/chat/files", {"file": png()}, headers=JSON)
    assert (chat.status_code, chat.json()["refusal"]["code"]) == (429, "core.file.quota_used")
    assert ask_back(client, paid.id).status_code == 302
    assert Refund.objects.count() == 1


def test_another_persons_files_take_nothing_and_neither_do_yesterdays(town: Town, browser: SignedIn) -> None:
    lin, zhou, mall = town.customer("林一", money=300_00), town.customer("周正"), Mall(town)
    paid = mall.bought(lin, mall.shop(), 100_00)
    town.prove(lin, "any")
    handed_in(zhou, PERSON.files)
    handed_in(lin, PERSON.files, hours=24.1)
    assert asked(browser(lin), str(paid.id), files=[picture()])
    assert STAFF.files > PERSON.files
