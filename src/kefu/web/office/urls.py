"""Addresses of the operator's place."""

from django.urls import path

from kefu.web.office import board, merchants, reports, terms

urlpatterns = [
    path("", board.page, name="office"),
    path("board", board.board, name="office_board"),
    path("fees/", terms.fees, name="office_fees"),
    path("limits/", terms.limits, name="office_limits"),
    path("limits/standing", terms.standing, name="office_standing"),
    path("terms/<uuid:change_id>/decide", terms.decide, name="office_terms_decide"),
    path("reports/", reports.reports, name="office_reports"),
    path("reports/<uuid:report_id>/decide", reports.decide, name="office_report_decide"),
    path("merchants/", merchants.page, name="office_merchants"),
    path("merchants/<uuid:merchant_id>/<slug:deed>", merchants.judge, name="office_merchant_judge"),
]
