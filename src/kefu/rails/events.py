"""Facts that rails announces after commit; payloads hold ids only.

| kind | key | payload |
|---|---|---|
| `rails.instruction_created` | order_ref | order_ref, instruction |
| `rails.status_changed` | order_ref | order_ref, instruction |
| `rails.advice_written` | instruction | instruction, advice |
| `rails.ask_wanted` | instruction | instruction |
| `rails.outcome_known` | order_ref | order_ref, instruction, advice |
| `rails.ladder_ended` | order_ref | order_ref, instruction |
| `rails.contradicted` | order_ref | order_ref, instruction, advice |
| `rails.statement_imported` | statement | statement |
| `rails.channel_file_imported` | file | file |
| `rails.recall_wanted` | recall | recall |
| `rails.recall_advised` | recall | recall, advice |
| `rails.recall_changed` | order_ref | order_ref, recall |
| `rails.card_check_opened` | check | check |
| `rails.card_code_given` | check | check |
| `rails.card_check_changed` | owner_ref | owner_ref, check |
| `rails.account_check_opened` | check | check |
| `rails.account_check_changed` | owner_ref | owner_ref, check |
"""

INSTRUCTION_CREATED = "rails.instruction_created"
STATUS_CHANGED = "rails.status_changed"
ADVICE_WRITTEN = "rails.advice_written"
ASK_WANTED = "rails.ask_wanted"
OUTCOME_KNOWN = "rails.outcome_known"
LADDER_ENDED = "rails.ladder_ended"
CONTRADICTED = "rails.contradicted"
STATEMENT_IMPORTED = "rails.statement_imported"
CHANNEL_FILE_IMPORTED = "rails.channel_file_imported"
RECALL_WANTED = "rails.recall_wanted"
RECALL_ADVISED = "rails.recall_advised"
RECALL_CHANGED = "rails.recall_changed"
CARD_CHECK_OPENED = "rails.card_check_opened"
CARD_CODE_GIVEN = "rails.card_code_given"
CARD_CHECK_CHANGED = "rails.card_check_changed"
ACCOUNT_CHECK_OPENED = "rails.account_check_opened"
ACCOUNT_CHECK_CHANGED = "rails.account_check_changed"
