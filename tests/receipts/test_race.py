"""Two who ask at once: threads with connections of their own, on a committed clone."""

from tests.receipts.test_receipt import receipt, token_of
from tests.wallet.test_race import at_once, unexpected
from tests.wallet.town import Town

from kefu.receipts import actions, queries
from kefu.receipts.models import Paper, SigningKey


def test_two_at_once_get_one(committed_town: Town) -> None:
    town = committed_town
    lin, wang = town.customer("林晓雨", 1_000_00), town.customer("王芳")
    order = town.send(lin, wang, 66_00)
    answers = at_once(*[lambda: receipt(town, lin, order.id) for _ in range(6)])
    assert unexpected(answers) == []
    assert len({one.id for one in answers}) == len({token_of(one) for one in answers}) == 1
    printed = at_once(*[lambda: actions.print_paper(actor=lin, paper_id=answers[0].id, now=town.now) for _ in range(3)])
    assert {queries.check_upload(one.content).outcome for one in printed} == {queries.GENUINE}
    assert Paper.objects.count() == SigningKey.objects.count() == 1
