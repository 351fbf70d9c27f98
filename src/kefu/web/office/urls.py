"""Addresses of the operator's place."""

from django.urls import path

from kefu.web.office import board, reports

urlpatterns = [
    path("", board.page, name="office"),
    path("board", board.board, name="office_board"),
    path("reports/", reports.reports, name="office_reports"),
    path("reports/<uuid:report_id>/decide", reports.decide, name="office_report_decide"),
]
