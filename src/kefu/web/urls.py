"""Every address of the product, by place."""

from django.urls import URLPattern, URLResolver, include, path

from kefu.web import brand_files, health, look, passes, webhooks
from kefu.web.help import verify

handler404 = "kefu.web.refusals.not_found"
handler500 = "kefu.web.refusals.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("look", look.change_look, name="look"),
    path("live/pass", passes.renew_pass, name="live_pass"),
    path("rails/advice/<slug:connector>", webhooks.bank_advice, name="bank_advice"),
    path("mark.svg", brand_files.mark, name="mark"),
    path("app.webmanifest", brand_files.manifest, name="manifest"),
    path("console/", include("kefu.web.console.urls")),
    path("office/", include("kefu.web.office.urls")),
    path("shop/", include("kefu.web.shop.urls")),
    path("help/", include("kefu.web.help.urls")),
    path("verify/", verify.verify, name="verify"),
    path("verify/keys.json", verify.keys, name="verify_keys"),
    path("verify/<str:token>", verify.by_code, name="verify_code"),
    path("", include("kefu.web.entry.urls")),
    path("", include("kefu.web.customer.urls")),
]
