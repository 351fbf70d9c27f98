"""Addresses of the help place."""

from django.urls import path

from kefu.web.help import articles, contact, fees

urlpatterns = [
    path("", articles.index, name="help"),
    path("search", articles.search, name="help_search"),
    path("t/<slug:code>/", articles.topic, name="topic"),
    path("a/<slug:slug>/", articles.article, name="article"),
    path("contact/", contact.contact, name="contact"),
    path("fees/", fees.fees, name="fees"),
]
