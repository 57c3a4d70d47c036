"""What a page does, the API does: every deed of the pages names its endpoint, or says why it has none."""

import inspect
import re
from collections.abc import Iterator

import pytest
from django.urls import URLPattern

from nestor.faces.api.v1.api import api
from nestor.faces.web.urls import urlpatterns

DESCRIPTION = api.get_openapi_schema()
ENDPOINTS = {
    operation["operationId"]: method for path in DESCRIPTION["paths"].values() for method, operation in path.items()
}
DEED = re.compile(r"@require_POST|@require_http_methods\([^)]*\"POST\"|request\.POST\b")

BY_API = {
    # conversations
    "save_view": ["keep_view"],
    "delete_view": ["forget_view"],
    "view_change": ["change_view"],
    "view_delete": ["forget_view"],
    "bulk_begin": ["begin"],
    "bulk_stop": ["stop"],
    "bulk_undo": ["undo"],
    "take": ["take"],
    "hand_over": ["hand_over"],
    "resolve": ["resolve"],
    "reopen": ["reopen"],
    "put_label": ["label", "unlabel", "add_label"],
    "label_change": ["change_label"],
    "label_delete": ["forget_label"],
    "settings_labels": ["add_label"],
    "merge": ["merge"],
    "unmerge": ["unmerge"],
    "split": ["split"],
    "snooze": ["put_off"],
    "wake": ["bring_back"],
    "answer_elsewhere": ["mark_elsewhere"],
    "undo_elsewhere": ["forget_elsewhere"],
    "forward": ["forward"],
    "revoke_forward": ["revoke_a_forward"],
    "write_note": ["add_note"],
    "remove_note": ["forget_note"],
    "lane": ["correct"],
    "moderate": ["moderate"],
    "translate": ["translate_message"],
    # answers
    "attach": ["attach_file", "describe_file", "hand_file_over"],
    "detach": ["take_file_out"],
    "use_reply": ["use_reply"],
    "new_reply": ["add_reply"],
    "edit_reply": ["change_reply"],
    "delete_reply": ["forget_reply"],
    "signature": ["change_signature"],
    "draft": ["keep_draft"],
    "put_away": ["put_away"],
    "answer": ["answer", "check", "ask"],
    "take_back": ["take_it_back"],
    "send_again": ["send_it_again"],
    "declare_sent": ["declare_it_sent"],
    "give_up": ["give_it_up"],
    "dismiss": ["dismiss_it"],
    # people outside, channels
    "member_join": ["join_members"],
    "member_part": ["part_members"],
    "name_account": ["name_an_account"],
    "move_account": ["leave_account_unused", "use_account_again", "forget_an_account"],
    "read_now": ["read_channel_now"],
    "hold": ["hold", "lift"],
    "backfill": ["read_again", "fill_blind_spot"],
    "reconnect": ["reconnect"],
    "disconnect": ["disconnect"],
    # the team
    "relief_offer": ["offer"],
    "relief_settle": ["confirm", "decline", "withdraw"],
    "see_notices": ["see_notices"],
    "take_notice": ["take_notice"],
    "add_slots": ["add_slots"],
    "remove_slots": ["remove_slot"],
    "add_swap": ["add_swap"],
    "remove_swap": ["remove_swap"],
    "set_policy": ["set_reach"],
    "settings_team": ["invite"],
    "team_role": ["give_role"],
    "team_suspend": ["suspend_seat"],
    "team_resume": ["resume_seat"],
    "team_remove": ["end_seat"],
    "team_withdraw": ["withdraw_invitation"],
    # the brand
    "clocks": ["set_clocks", "preview_clocks"],
    "steer_clocks": ["stop_clocks", "go_on_with_clocks"],
    "settings_brand": ["set_brand"],
    "choose_translator": ["set_translator"],
    "opening_hours": ["set_hours"],
    "retention": ["keep_retention", "preview_retention"],
    "webhooks": ["add_webhook"],
    "webhook_do": ["delete_webhook", "rotate_webhook_secret", "switch_webhook_on", "switch_webhook_off", "try_webhook"],
    "replay": ["replay_webhook_call"],
}
PERSONAL = "what one's own telephone and browser are told is said by the person (decision 0114)"
BROWSER = "how one browser shows the desk, or goes through it"
AT_THE_DESK = {
    "asked": "the page of a colleague without an account: its link is the only key to it",
    "join": "signing up, by a link",
    "judge_clearance": "a second pair of eyes is a person's (decision 0114)",
    "tokens": "a leaked token must not make another (decision 0114)",
    "revoke_token": "a leaked token must not end the others (decision 0114)",
    "choose_ways": PERSONAL,
    "choose_times": PERSONAL,
    "add_phone": PERSONAL,
    "add_browser": PERSONAL,
    "try_mail": PERSONAL,
    "try_address": PERSONAL,
    "remove_address": PERSONAL,
    "preferences": BROWSER,
    "choose_brand": BROWSER,
    "choose_language": BROWSER,
    "keep_first_steps": BROWSER,
    "be_here": "who looks at what just now is shown while a page is open, and kept nowhere",
}


def deeds() -> Iterator[str]:
    """Yield the names of the pages' addresses that take something sent."""
    for one in urlpatterns:
        assert isinstance(one, URLPattern)
        if DEED.search(inspect.getsource(inspect.unwrap(one.callback))):
            yield one.name or ""


def test_every_deed_of_a_page_has_an_endpoint_or_a_reason() -> None:
    found = set(deeds())
    assert len(found) > 80
    assert found == BY_API.keys() | AT_THE_DESK.keys()
    assert not BY_API.keys() & AT_THE_DESK.keys()


@pytest.mark.parametrize("deed", sorted(BY_API))
def test_the_endpoints_named_write(deed: str) -> None:
    assert {ENDPOINTS.get(one) for one in BY_API[deed]} <= {"post", "put", "delete"}
