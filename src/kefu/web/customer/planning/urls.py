"""Addresses of planning."""

from django.urls import path

from kefu.web.customer.planning import budgets, planned_bills, pots, schedules, spending, splits

urlpatterns = [
    path("splits/", splits.splits, name="splits"),
    path("splits/new/", splits.new_split, name="split_new"),
    path("splits/pay", splits.pay_share, name="share_pay"),
    path("splits/<uuid:split_id>/", splits.split, name="split"),
    path("splits/<uuid:split_id>/quote", splits.quote_share, name="share_quote"),
    path("splits/<uuid:split_id>/remind", splits.remind, name="split_remind"),
    path("splits/<uuid:split_id>/cancel", splits.cancel, name="split_cancel"),
    path("spending/", spending.spending, name="spending"),
    path("spending/<uuid:order_id>/category", spending.recategorise, name="recategorise"),
    path("budgets/", budgets.budgets, name="budgets"),
    path("budgets/remove", budgets.remove, name="budget_remove"),
    path("pots/", pots.pots, name="pots"),
    path("pots/new/", pots.new_pot, name="pot_new"),
    path("pots/<uuid:pot_id>/", pots.pot, name="pot"),
    path("pots/<uuid:pot_id>/aim", pots.change, name="pot_change"),
    path("pots/<uuid:pot_id>/close", pots.close, name="pot_close"),
    path("bills/check/<uuid:check_id>/plan/", planned_bills.plan, name="bill_plan"),
    path("bills/check/<uuid:check_id>/plan/make", planned_bills.make, name="bill_plan_make"),
    path("schedules/", schedules.schedules, name="schedules"),
    path("schedules/new/", schedules.new_schedule, name="schedule_new"),
    path("schedules/make", schedules.make, name="schedule_make"),
    path("schedules/<uuid:schedule_id>/", schedules.schedule, name="schedule"),
    path("schedules/<uuid:schedule_id>/change", schedules.change, name="schedule_change"),
]
