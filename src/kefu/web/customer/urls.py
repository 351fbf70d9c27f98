"""Addresses of the customer's place."""

from django.urls import path

from kefu.web.customer import home

urlpatterns = [
    path("", home.home, name="home"),
]
