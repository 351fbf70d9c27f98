"""Addresses of the operator's place."""

from django.urls import path

from kefu.web.office import board

urlpatterns = [
    path("", board.page, name="office"),
    path("board", board.board, name="office_board"),
]
