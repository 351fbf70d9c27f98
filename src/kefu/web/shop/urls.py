"""Addresses of the merchants' place."""

from django.urls import path

from kefu.web.entry import doors
from kefu.web.shop import home, money, payments, refunds, sales, tap, terminal

urlpatterns = [
    path("", home.page, name="shop"),
    path("figures", home.figures, name="shop_figures"),
    path("signin/", doors.merchant_sign_in, name="shop_signin"),
    path("terminal/", terminal.page, name="shop_terminal"),
    path("tap/", tap.page, name="shop_tap"),
    path("tap/take", tap.take, name="shop_tap_take"),
    path("tap/<uuid:sale_id>/", tap.waiting, name="shop_tap_wait"),
    path("tap/<uuid:sale_id>/state", tap.state, name="shop_tap_state"),
    path("sales/", sales.page, name="shop_sales"),
    path("sales/<uuid:sale_id>/", sales.sale, name="shop_sale"),
    path("sales/<uuid:sale_id>/close", sales.close, name="shop_sale_close"),
    path("payments/", payments.page, name="shop_payments"),
    path("payments/<uuid:order_id>/", payments.payment, name="shop_payment"),
    path("payments/<uuid:order_id>/capture", payments.capture, name="shop_capture"),
    path("payments/<uuid:order_id>/void", payments.void, name="shop_void"),
    path("payments/<uuid:order_id>/refund", payments.refund, name="shop_refund_payment"),
    path("money/", money.page, name="shop_money"),
    path("money/body", money.body, name="shop_money_body"),
    path("money/pay", money.pay, name="shop_money_pay"),
    path("money/statement.csv", money.statement, name="shop_statement"),
    path("money/account/", money.account, name="shop_account"),
    path("money/account/check/<uuid:check_id>/", money.check, name="shop_account_check"),
    path("money/account/<uuid:account_id>/reject", money.reject, name="shop_account_reject"),
    path("refunds/", refunds.page, name="shop_refunds"),
    path("refunds/<uuid:order_id>/", refunds.refund, name="shop_refund"),
    path("refunds/<uuid:order_id>/answer", refunds.answer, name="shop_answer"),
]
