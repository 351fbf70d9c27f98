"""Addresses of the doors."""

from django.urls import path

from kefu.web.entry import demo, doors, enrol

urlpatterns = [
    path("console/enrol/<str:token>/", enrol.first_operator, name="enrol"),
    path("demo/texts", demo.texts, name="demo_texts"),
    path("demo/mails", demo.mails, name="demo_mails"),
    path("demo/mailbox/", demo.mailbox, name="demo_mailbox"),
    path("signup/", doors.sign_up, name="signup"),
    path("signin/", doors.sign_in, name="signin"),
    path("signin/code/", doors.sign_in_by_code, name="signin_code"),
    path("signin/reset/", doors.reset_password, name="reset_password"),
    path("signout/", doors.sign_out, name="signout"),
    path("staff/signin/", doors.staff_sign_in, name="staff_signin"),
]
