"""Addresses of the operator's place."""

from django.urls import path

from kefu.web.office import alarms, board, campaigns, merchants, provisional, rates, reports, settlement, terms

urlpatterns = [
    path("", board.page, name="office"),
    path("board", board.board, name="office_board"),
    path("alarms", alarms.alarms, name="office_alarms"),
    path("alarms/<int:alarm_id>/take", alarms.take, name="office_alarm_take"),
    path("fees/", terms.fees, name="office_fees"),
    path("limits/", terms.limits, name="office_limits"),
    path("limits/standing", terms.standing, name="office_standing"),
    path("limits/standing/<uuid:change_id>/decide", terms.decide_standing, name="office_standing_decide"),
    path("terms/<uuid:change_id>/decide", terms.decide, name="office_terms_decide"),
    path("rates/", rates.rates, name="office_rates"),
    path("rates/<int:rate_id>/decide", rates.decide, name="office_rate_decide"),
    path("reports/", reports.reports, name="office_reports"),
    path("reports/<uuid:report_id>/decide", reports.decide, name="office_report_decide"),
    path("campaigns/", campaigns.page, name="office_campaigns"),
    path("campaigns/<uuid:campaign_id>/<slug:deed>", campaigns.judge, name="office_campaign_judge"),
    path("merchants/", merchants.page, name="office_merchants"),
    path("merchants/accounts/<uuid:account_id>/<slug:deed>", merchants.judge_account, name="office_account_judge"),
    path("merchants/logins/<uuid:user_id>/confirm", merchants.confirm, name="office_login_confirm"),
    path("merchants/<uuid:merchant_id>/<slug:deed>", merchants.judge, name="office_merchant_judge"),
    path("provisional/", provisional.page, name="office_provisional"),
    path("reconciliation/", settlement.days, name="office_reconciliation"),
    path("reconciliation/upload", settlement.upload, name="office_upload"),
    path("reconciliation/<uuid:break_id>/", settlement.difference, name="office_break"),
    path("reconciliation/<uuid:break_id>/take", settlement.take, name="office_break_take"),
    path("reconciliation/<uuid:break_id>/propose", settlement.propose, name="office_break_propose"),
    path("reconciliation/<uuid:break_id>/decide", settlement.decide, name="office_break_decide"),
    path("safeguarding/", settlement.safeguarding, name="office_safeguarding"),
    path("safeguarding.csv", settlement.safeguarding_csv, name="office_safeguarding_csv"),
]
