"""Every kind of notice: its words and its group. Money in the values is text with its sign."""

from django.utils.translation import gettext_lazy as _

from kefu.notices.kind import GROUPS, MONEY, OTHER, SECURITY, Kind

__all__ = ["GROUPS", "KINDS", "MONEY", "OTHER", "SECURITY", "Kind"]

KINDS: dict[str, Kind] = {
    "new_device": Kind(
        _("新设备登录"),
        _("%(at)s 有一台新设备登录了您的账户（%(device)s）。如果不是您本人，请马上停止转出并修改密码。"),
        SECURITY,
    ),
    "password_changed": Kind(
        _("登录密码已修改"),
        _("您的登录密码已在 %(at)s 修改，其他设备都已退出。如果不是您本人，请马上停止转出并联系我们。"),
        SECURITY,
    ),
    "pin_changed": Kind(
        _("支付密码已设置"),
        _("您的支付密码已在 %(at)s 设置或修改。如果不是您本人，请马上停止转出并联系我们。"),
        SECURITY,
    ),
    "outflows_stopped": Kind(
        _("已停止转出"),
        _("应您的要求，账户已停止一切转出。转入不受影响；确认安全后可以自己恢复。"),
        SECURITY,
    ),
    "outflows_allowed": Kind(
        _("已恢复转出"), _("账户已恢复转出。如果不是您本人操作，请马上联系我们。"), SECURITY
    ),
    "limits_changed": Kind(
        _("支付限额或开关已修改"),
        _("您的支付限额或支付开关已修改。如果不是您本人操作，请马上停止转出并联系我们。"),
        SECURITY,
    ),
    "standing_changed": Kind(
        _("账户类别已变更"),
        _("您的账户现在是%(tier)s类账户，付款限额随之变化。可以在“支付限额”里查看。"),
        SECURITY,
    ),
    "restricted": Kind(
        _("账户受到限制"),
        _("账户受到限制：%(reason)s。需要的材料：%(materials)s。您可以在“我的”里查看并申诉。"),
        SECURITY,
    ),
    "restriction_lifted": Kind(_("限制已解除"), _("账户的限制已经解除，可以正常使用。"), SECURITY),
    "card_linked": Kind(_("已绑定银行卡"), _("已绑定%(bank)s（尾号 %(last4)s）。"), SECURITY),
    "card_unlinked": Kind(
        _("已解绑银行卡"),
        _("%(bank)s（尾号 %(last4)s）已从钱包解绑。如果不是您本人，请马上停止转出并联系我们。"),
        SECURITY,
    ),
    "email_added": Kind(
        _("已绑定邮箱"),
        _("%(at)s 绑定了邮箱 %(email)s，账户通知会同时发到这里。如果不是您本人，请马上联系我们。"),
        SECURITY,
    ),
    "email_changed": Kind(
        _("邮箱已更换"),
        _("%(at)s 账户邮箱换成了 %(email)s，以后的通知发到新邮箱。如果不是您本人，请马上停止转出并联系我们。"),
        SECURITY,
    ),
    "topup_done": Kind(_("充值到账"), _("充值 %(amount)s 已到账。订单号 %(no)s。")),
    "topup_failed": Kind(
        _("充值未成功"), _("充值 %(amount)s 未成功：%(reason)s。如果银行先扣了款，会由银行退回原卡。订单号 %(no)s。")
    ),
    "topup_completed": Kind(
        _("充值已补入账"), _("已核实银行成功，%(amount)s 已补入账。订单号 %(no)s。由 %(staff)s 办理。")
    ),
    "transfer_held": Kind(
        _("转账等待转出"),
        _("转给%(payee)s的 %(amount)s 已预留，对方尚未收到；%(release_at)s 前您可以撤回。订单号 %(no)s。"),
    ),
    "transfer_coming": Kind(
        _("有一笔转账还没到您账户"),
        _("%(payer)s要转给您 %(amount)s，您尚未收到；付款人可在 %(release_at)s 前撤回。转到后会再通知您。"),
    ),
    "transfer_not_coming": Kind(
        _("转账已撤回"), _("%(payer)s要转给您的 %(amount)s 已撤回或未能转出，这笔钱没有进您的账户。")
    ),
    "transfer_sent": Kind(_("转账成功"), _("已转给%(payee)s %(amount)s。订单号 %(no)s。")),
    "transfer_received": Kind(_("收到转账"), _("收到%(payer)s转来的 %(amount)s。")),
    "transfer_cancelled": Kind(
        _("转账已取消"), _("转给%(payee)s的 %(amount)s 已取消，款项已退回余额。订单号 %(no)s。")
    ),
    "transfer_failed": Kind(
        _("转账未成功"), _("转给%(payee)s的 %(amount)s 未成功：%(reason)s。款项已退回余额。订单号 %(no)s。")
    ),
    "exchange_done": Kind(
        _("换汇成功"), _("已用 %(sold)s 兑换 %(bought)s，按确认时的汇率。订单号 %(no)s。")
    ),
    "withdrawal_held": Kind(
        _("提现已提交"),
        _("提现 %(amount)s 到%(card)s已提交，款项和手续费 %(fee)s 已预留，银行还没有付出。订单号 %(no)s。"),
    ),
    "withdrawal_done": Kind(_("提现成功"), _("提现 %(amount)s 已由银行付到%(card)s。订单号 %(no)s。")),
    "withdrawal_failed": Kind(
        _("提现未成功"),
        _("提现 %(amount)s 到%(card)s未成功：%(reason)s。款项和手续费 %(fee)s 已退回余额。订单号 %(no)s。"),
    ),
    "withdrawal_returned": Kind(
        _("提现被退回"),
        _("提现 %(amount)s 到%(card)s被银行退回：%(reason)s。款项和手续费 %(fee)s 已回到余额。订单号 %(no)s。"),
    ),
    "withdrawal_cancelled": Kind(
        _("提现已撤回"),
        _("提现 %(amount)s 到%(card)s已撤回：银行还没有收到指令，款项和手续费 %(fee)s 已回到余额。订单号 %(no)s。"),
    ),
    "recall_requested": Kind(
        _("已请银行追回"),
        _("提现到%(card)s的 %(amount)s，已请银行追回；对方可能不同意，最迟 %(answer_at)s 告诉您结果。订单号 %(no)s。"),
    ),
    "recall_accepted": Kind(
        _("对方银行同意退回"),
        _("提现到%(card)s的 %(amount)s，对方银行同意退回，但钱还没有到。到了会再通知您。订单号 %(no)s。"),
    ),
    "recall_refused": Kind(
        _("追回没有成功"),
        _("提现到%(card)s的 %(amount)s 没有追回：%(reason)s。一笔款只能请银行追回一次。订单号 %(no)s。"),
    ),
    "recall_unanswered": Kind(
        _("对方银行没有答复"),
        _("提现到%(card)s的 %(amount)s，对方银行到期没有答复追回请求；迟到的答复我们仍会告诉您。订单号 %(no)s。"),
    ),
    "receipt_sent": Kind(
        _("交易凭证已备好"),
        _("您要的交易凭证 %(number)s（%(amount)s，订单号 %(no)s）已备好，登录后在“凭证与对账单”里下载。"),
    ),
    "bill_done": Kind(_("缴费已入账"), _("缴费 %(amount)s 已入账：%(payee)s。订单号 %(no)s。")),
    "bill_failed": Kind(
        _("缴费未成功"),
        _("缴费 %(amount)s 未成功（%(payee)s）：%(reason)s。款项和手续费 %(fee)s 已退回余额。订单号 %(no)s。"),
    ),
    "bill_returned": Kind(
        _("缴费被退回"),
        _("缴费 %(amount)s 被退回（%(payee)s）：%(reason)s。款项和手续费 %(fee)s 已回到余额。订单号 %(no)s。"),
    ),
    "repayment_done": Kind(_("还款已入账"), _("还款 %(amount)s 已入账：%(payee)s。订单号 %(no)s。")),
    "repayment_failed": Kind(
        _("还款未成功"),
        _("还款 %(amount)s 未成功（%(payee)s）：%(reason)s。款项和手续费 %(fee)s 已退回余额。订单号 %(no)s。"),
    ),
    "repayment_returned": Kind(
        _("还款被退回"),
        _("还款 %(amount)s 被退回（%(payee)s）：%(reason)s。款项和手续费 %(fee)s 已回到余额。订单号 %(no)s。"),
    ),
    "returned_made_good": Kind(
        _("款项被退回"),
        _("%(amount)s 被退回：%(reason)s。%(ours)s 平台已赔付，不再入账；其余和手续费 %(fee)s 回余额。订单号 %(no)s。"),
    ),
    "payment_done": Kind(_("付款成功"), _("已付给%(merchant)s %(amount)s。订单号 %(no)s。")),
    "payment_failed": Kind(
        _("付款未成功"),
        _("付给%(merchant)s的 %(amount)s 没有付成：%(reason)s。商户没有收到款，您可以换一种方式再付。订单号 %(no)s。"),
    ),
    "payment_charged_late": Kind(
        _("银行扣款已放入余额"),
        _("付给%(merchant)s的 %(amount)s 当时没有付成，银行后来扣了款。"
          "这笔钱已存入您的余额，商户没有收到。订单号 %(no)s。"),
    ),
    "payment_voided": Kind(
        _("预授权已释放"), _("%(merchant)s的预授权 %(amount)s 已释放，款项回到可用余额。订单号 %(no)s。")
    ),
    "code_waiting": Kind(
        _("请确认一笔付款"),
        _("%(merchant)s用您的付款码收 %(amount)s，要您输入支付密码才会付出。不是您本人就不用理会。"),
    ),
    "code_refused": Kind(
        _("付款码没有付成"), _("%(merchant)s用您的付款码收 %(amount)s，没有付成：%(why)s")
    ),
    "code_replayed": Kind(
        _("有人重复使用付款码"),
        _("%(at)s %(merchant)s再次使用您已经用过的付款码，想收 %(amount)s，已被拒绝，没有扣款。"
          "如果不是您本人在场，请马上停止转出并联系我们。"),
        SECURITY,
    ),
    "tap_added": Kind(
        _("已开通碰一碰"),
        _("%(at)s 在设备“%(label)s”上开通了碰一碰付款（设备号尾号 %(last4)s）。"
          "如果不是您本人，请马上停止转出并联系我们。"),
        SECURITY,
    ),
    "tap_suspended": Kind(
        _("碰一碰已停用"),
        _("%(at)s 设备“%(label)s”（尾号 %(last4)s）的碰一碰已停用，靠近终端不会付款。找回设备后可以凭支付密码恢复。"),
        SECURITY,
    ),
    "tap_resumed": Kind(
        _("碰一碰已恢复"),
        _("%(at)s 设备“%(label)s”（尾号 %(last4)s）的碰一碰已恢复。如果不是您本人，请马上停止转出并联系我们。"),
        SECURITY,
    ),
    "tap_removed": Kind(
        _("碰一碰已移除"),
        _("%(at)s 设备“%(label)s”（尾号 %(last4)s）的碰一碰已移除，密钥已销毁。"),
        SECURITY,
    ),
    "tap_to_renew": Kind(
        _("碰一碰要用新密码恢复"),
        _("支付密码换了，设备“%(label)s”（尾号 %(last4)s）的碰一碰在 %(at)s 停用。"
          "设备在您手上，就凭新密码恢复；不在就移除。"),
        SECURITY,
    ),
    "tap_doubted": Kind(
        _("碰一碰多次没有通过校验"),
        _("%(at)s %(merchant)s多次用设备“%(label)s”（尾号 %(last4)s）收款，都没有通过校验，没有扣款。"
          "今天不再收它在那里的碰一碰，别处照常可用。"),
        SECURITY,
    ),
    "tap_waiting": Kind(
        _("请确认一笔付款"),
        _("%(merchant)s用碰一碰向您收 %(amount)s，要您输入支付密码才会付出。不是您本人就不用理会。"),
    ),
    "tap_refused": Kind(_("碰一碰没有付成"), _("碰一碰付 %(amount)s 没有付成：%(why)s")),
    "tap_replayed": Kind(
        _("有人重复使用碰一碰"),
        _("%(at)s 有人再次使用设备“%(label)s”（尾号 %(last4)s）已经用过的一次碰一碰，"
          "想付 %(amount)s，已被拒绝，没有扣款。"
          "如果设备不在您手上，请马上停用碰一碰。"),
        SECURITY,
    ),
    "disbursement_done": Kind(_("结算款已付出"), _("结算 %(amount)s 已由银行付到%(card)s。结算单号 %(no)s。")),
    "disbursement_failed": Kind(
        _("结算没有付成"), _("结算 %(amount)s 到%(card)s没有付成：%(reason)s。款项已回到可结算。结算单号 %(no)s。")
    ),
    "disbursement_returned": Kind(
        _("结算款被退回"),
        _("结算 %(amount)s 到%(card)s被银行退回：%(reason)s。款项已回到可结算，请核对收款账户。结算单号 %(no)s。"),
    ),
    "shop_account_proposed": Kind(
        _("有人要更换结算账户"),
        _("%(at)s 有人为%(merchant)s提交了新的结算账户 %(account)s，等我们核实。"
          "如果不是您这边提交的，请马上撤销并联系我们。"),
        SECURITY,
    ),
    "shop_account_changed": Kind(
        _("结算账户已更换"),
        _("%(merchant)s的结算账户已换成 %(account)s，%(pays_at)s 以前暂停结算。"
          "如果不是您这边提交的，请马上撤销并联系我们。"),
        SECURITY,
    ),
    "shop_account_rejected": Kind(
        _("结算账户没有启用"), _("%(merchant)s的结算账户 %(account)s 没有启用，不会付到这个账户。"), SECURITY
    ),
    "refund_paid": Kind(_("退款到账"), _("%(merchant)s的退款 %(amount)s 已退回您的余额。退款单号 %(no)s。")),
    "refund_sent": Kind(
        _("退款已交给银行"),
        _("%(merchant)s的退款 %(amount)s 已交给银行，退回付款时用的%(card)s，还没有到账。退款单号 %(no)s。"),
    ),
    "refund_arrived": Kind(
        _("退款已到卡上"), _("银行已把%(merchant)s的退款 %(amount)s 付到%(card)s。退款单号 %(no)s。")
    ),
    "refund_kept": Kind(
        _("请选择退款去向"),
        _("%(merchant)s的退款 %(amount)s 退不到%(card)s：%(reason)s。钱为您保管着，请打开 %(no)s 选择退到哪里。"),
    ),
    "refund_rerouted": Kind(
        _("退款已改退到余额"), _("%(merchant)s的退款 %(amount)s 已按您的选择存入余额。单号 %(no)s。")
    ),
    "voucher_expired": Kind(
        _("代金券已过期"), _("代金券“%(name)s”还剩 %(amount)s 没有用，已经过期。"), OTHER
    ),
    "refund_refused": Kind(
        _("商户不同意退款"),
        _("%(merchant)s没有同意退款 %(amount)s。您可以在退款单 %(no)s 里看理由，并请平台介入。"),
    ),
    "refund_escalated": Kind(
        _("平台已介入退款"), _("%(merchant)s的退款 %(amount)s 由平台核实裁定，结果会通知您。退款单号 %(no)s。")
    ),
    "refund_declined": Kind(
        _("退款未通过"), _("%(merchant)s的退款 %(amount)s 没有通过。理由写在退款单 %(no)s 里。")
    ),
    "found_paid": Kind(
        _("查清一笔款项"), _("银行收到的一笔 %(amount)s 已查清是您的，已存入您的余额。订单号 %(no)s。")
    ),
    "break_found": Kind(
        _("我们发现一处不一致"),
        _("对账时发现您的订单 %(no)s（%(amount)s）与银行记录不一致。"
          "我们已经在核对，您不用做任何事，有结果马上告诉您。"),
    ),
    "goodwill_paid": Kind(_("收到补偿"), _("补偿 %(amount)s 已存入您的余额。服务单号 %(case)s。")),
    "provisional_given": Kind(
        _("临时款可以使用了"),
        _(
            "核实您的订单期间，我们先垫付 %(amount)s 到您的余额，现在就能用。最迟 %(decide_at)s 给出结论："
            "成立就归您；不成立会先通知您再收回。编号 %(no)s。"
        ),
    ),
    "provisional_announced": Kind(
        _("临时款将收回"),
        _(
            "临时款 %(amount)s 将在 %(withdraw_at)s 从余额收回：%(reason)s。那之前仍可使用；"
            "说明写在订单 %(no)s 里，不同意请在那之前联系我们。"
        ),
    ),
    "provisional_final": Kind(
        _("临时款归您所有"), _("争议成立，临时款 %(amount)s 归您所有，不会再收回。凭证可以下载。编号 %(no)s。")
    ),
    "provisional_withdrawn": Kind(
        _("临时款已收回"), _("临时款 %(amount)s 已从余额收回：%(reason)s。编号 %(no)s。")
    ),
    "provisional_short": Kind(
        _("临时款已收回，有一部分记为欠款"),
        _(
            "临时款 %(amount)s 已收回：%(reason)s。余额不足，少的 %(owed)s 记为您的欠款，余额不会变成负数；"
            "没有依据和事先通知，我们不会从余额里扣。编号 %(no)s。"
        ),
    ),
    "debt_announced": Kind(
        _("欠款将从余额收回"),
        _("依据%(reason)s，您欠的 %(owed)s 从 %(recover_at)s 起从余额收回。说明写在订单 %(no)s 里，有异议请联系我们。"),
    ),
    "debt_recovered": Kind(
        _("欠款已从余额收回"), _("已从余额收回欠款 %(taken)s，还欠 %(owed)s。编号 %(no)s。")
    ),
    "split_invited": Kind(
        _("有人请您分摊"), _("%(maker)s请您分摊“%(title)s”，您的一份是 %(amount)s。不认识对方就不用付。")
    ),
    "split_reminder": Kind(
        _("提醒：还有一份没付"),
        _("%(maker)s提醒您：“%(title)s”您的一份 %(amount)s 还没付。不认识对方就不用付。"),
    ),
    "split_paid": Kind(_("分摊收到一份"), _("%(payer)s付了“%(title)s”的一份 %(amount)s。"), mail=False),
    "split_cancelled": Kind(_("分摊已取消"), _("%(maker)s取消了“%(title)s”，您不用再付。"), mail=False),
    "budget_80": Kind(_("预算用了八成"), _("“%(name)s”这个月已花 %(spent)s，预算是 %(most)s。"), words=("name",)),
    "budget_100": Kind(
        _("预算用完了"), _("“%(name)s”这个月已花 %(spent)s，达到了预算 %(most)s。付款不受影响。"), words=("name",)
    ),
    "schedule_made": Kind(
        _("已设好定时付款"),
        _("第一次在 %(run_at)s 转给%(payee)s %(amount)s。如果不是您本人设的，请马上停止转出。"),
        SECURITY,
    ),
    "schedule_soon": Kind(
        _("定时付款快到了"), _("%(run_at)s 会转给%(payee)s %(amount)s，请留够余额；不想付可以跳过。")
    ),
    "schedule_retry": Kind(
        _("定时付款没有成功"),
        _("转给%(payee)s的 %(amount)s 没有转出：%(reason)s。会在 %(next_at)s 再试一次，请在那之前处理好。"),
    ),
    "schedule_missed": Kind(
        _("这一次没有付"),
        _("转给%(payee)s的 %(amount)s 这一次没有付：%(reason)s，不会再自动重试。需要的话请自己转账。"),
    ),
    "schedule_bill_made": Kind(
        _("已安排缴费或还款"),
        _(
            "会在 %(run_at)s 先查账单，再付给%(payee)s，最多 %(amount)s；%(safe_at)s 前付款都赶得上入账。"
            "如果不是您本人安排的，请马上停止转出。"
        ),
        SECURITY,
    ),
    "schedule_bill_soon": Kind(
        _("安排的缴费或还款快到了"), _("%(run_at)s 会付给%(payee)s，最多 %(amount)s，请留够余额；不想付可以取消。")
    ),
    "schedule_bill_retry": Kind(
        _("安排的缴费或还款没有付成"),
        _(
            "付给%(payee)s的一笔没有付成：%(reason)s。会在 %(next_at)s 再试；您也可以自己付，"
            "%(safe_at)s 前付款都赶得上入账。"
        ),
    ),
    "schedule_bill_missed": Kind(
        _("安排的缴费或还款没有付，请自己付"),
        _(
            "付给%(payee)s的一笔没有付：%(reason)s，不会再自动试。请打开“缴费”或“还款”自己付，"
            "%(safe_at)s 前付款都赶得上入账。"
        ),
    ),
    "schedule_bill_clear": Kind(_("账单已缴清"), _("给%(payee)s安排的一笔不用付了：账单已缴清，没有扣款。")),
    "bill_soon": Kind(
        _("账单快到期了"),
        _(
            "%(payee)s（%(number)s）预计 %(due)s 到期。在 %(safe_at)s 前付款才赶得上入账；"
            "应付多少，请先查账单。已付就不用理会。"
        ),
    ),
    "bill_soon_late": Kind(
        _("账单快到期了，现在付款可能逾期"),
        _(
            "%(payee)s（%(number)s）预计 %(due)s 到期，按对方的截止时间，现在付款可能在到期日之后才入账。"
            "还没付请尽快处理。"
        ),
    ),
    "case_opened": Kind(_("已为您建立服务单"), _("服务单 %(case)s 已建立，我们会在 %(due_at)s 前给您答复。"), OTHER),
    "case_closed": Kind(
        _("服务单已办结"), _("服务单 %(case)s 已办结：%(summary)s。为您服务的是 %(staff)s。"), OTHER
    ),
    "conversation_closed": Kind(
        _("对话已结束"), _("对话 %(no)s 已结束：%(summary)s。为您服务的是 %(staff)s。"), OTHER, mail=False
    ),
}
