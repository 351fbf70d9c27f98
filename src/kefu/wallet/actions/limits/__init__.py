"""How much may leave a wallet: `check` is what every order goes through; the rest changes what it looks at."""

from kefu.wallet.actions.limits.judge import check, check_quota
from kefu.wallet.actions.limits.own import Caps, change_limits
from kefu.wallet.actions.limits.standing import decide_standing, set_standing

__all__ = ["Caps", "change_limits", "check", "check_quota", "decide_standing", "set_standing"]
