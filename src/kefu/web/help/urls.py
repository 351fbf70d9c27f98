"""Addresses of the help place."""

from django.urls import path

from kefu.web.help import contact

urlpatterns = [
    path("contact/", contact.contact, name="contact"),
]
