"""What SIP stacks get wrong, and which tests say that ours does not.

The table is a list of contents; a test that is renamed or lost is missed here.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

PITFALLS: dict[str, tuple[str, ...]] = {
    "a 2xx is resent by the session until its ACK, then BYE": (
        "a_2xx_is_resent_until_the_ack_comes",
        "without_an_ack_the_call_is_hung_up_after_32_seconds",
        "a_2xx_is_resent_over_tcp_too",
    ),
    "each repeated 2xx gets the same ACK, a refusal one of its transaction": (
        "the_ack_is_sent_again_for_each_repeated_2xx",
        "an_ack_proves_what_its_invite_proved",
        "the_ack_of_a_refusal_goes_the_way_of_its_invite",
    ),
    "INVITE transactions stay 64*T1 after a 2xx, RFC 6026": (
        "after_a_success_copies_are_absorbed_for_32_seconds_and_the_session_resends",
        "every_success_is_delivered_for_32_seconds",
    ),
    "a CANCEL waits for a provisional, and a 200 may cross it": (
        "a_cancel_waits_for_the_first_provisional_response",
        "a_cancel_shares_branch_number_and_way_with_its_invite",
        "an_answer_that_crosses_our_cancel_is_acknowledged_and_hung_up",
        "a_phone_that_answers_the_cancel_but_not_the_invite_is_given_up",
        "a_cancel_is_answered_with_the_tag_of_the_invite",
        "a_cancel_after_a_second_try_waits_for_a_provisional_to_that_one",
        "an_invite_that_is_cancelled_before_its_name_was_found_is_never_sent",
        "a_cancelled_invite_is_not_taken_to_the_next_server",
        "a_cancel_that_had_to_wait_still_says_why",
    ),
    "transactions are told apart by branch, sent-by and method, old peers by more": (
        "another_branch_or_sender_is_another_transaction",
        "an_ack_finds_its_invite_and_other_methods_their_own",
        "without_the_magic_cookie_call_tag_and_number_count",
        "a_cookie_alone_tells_nothing_apart",
    ),
    "a copy of a request gets the stored response and makes no second call": (
        "a_copy_that_comes_later_gets_the_same_answer_for_32_seconds",
        "a_copy_of_the_invite_gets_the_last_provisional_again",
    ),
    "merged requests and requests out of hops are refused": (
        "a_merged_request_is_refused_and_a_copy_is_not",
        "what_cannot_be_served_is_refused",
        "options_says_what_we_can_do_even_with_no_hops_left",
    ),
    "100 comes at once and without a tag; ringing has an end": (
        "a_trying_has_the_timestamp_and_no_tag_of_ours",
        "a_call_left_ringing_for_more_than_three_minutes_ends",
        "what_was_said_last_is_said_again_each_minute",
        "a_call_that_does_not_even_ring_is_said_to_go_on",
        "a_phone_that_rings_for_three_minutes_is_cancelled",
    ),
    "no late and no provisional answers to other requests, RFC 4320": (
        "a_request_nobody_answers_is_dropped_in_silence_after_32_seconds",
        "a_provisional_answer_is_a_mistake_of_ours",
    ),
    "503, silence and what cannot be sent lead to the next server, under a new branch": (
        "each_hop_is_tried_and_then_the_user_is_told",
        "when_tcp_is_refused_it_goes_by_udp_after_all_with_its_timers_anew",
        "503_leads_to_the_next_server_under_a_new_branch",
        "silence_leads_to_the_next_server_and_the_silent_one_comes_last_for_a_minute",
        "a_server_that_cannot_be_sent_to_gives_way_and_comes_back_when_it_answers",
        "503_of_an_address_is_final_as_other_hops_lead_to_the_same",
        "where_one_server_of_a_name_is_silent_the_other_takes_the_call",
    ),
    "an address that cannot be sent to harms nothing": (
        "a_host_or_port_that_cannot_be_one_is_refused",
        "an_address_that_cannot_be_sent_to_is_left_for_the_way_the_phone_came",
    ),
    "the route set is in order for the server and reversed for the client": (
        "the_server_keeps_the_route_in_order_and_the_client_reverses_it",
        "a_target_refresh_moves_the_target_and_other_requests_do_not",
    ),
    "loose and strict routers": (
        "a_loose_router_goes_into_route_and_a_strict_one_into_the_request_uri",
        "record_route_is_copied_into_what_makes_the_dialog",
        "a_list_is_cut_only_outside_quotes_and_brackets",
    ),
    "the remote target is the Contact as it was written, sips over TLS": (
        "an_invite_needs_a_contact_that_can_be_called",
        "a_2xx_without_a_contact_is_acknowledged_at_the_request_uri",
        "a_contact_is_called_without_what_only_a_link_may_have",
        "the_2xx_to_a_reinvite_moves_the_target_unless_it_names_none",
        "a_sips_name_is_located_and_called_over_tls_and_only_if_it_is_whom_we_want",
        "a_call_over_tls_stays_on_its_connection",
    ),
    "responses go to the source, on a stream by the same connection": (
        "where_responses_go",
        "what_goes_back_takes_the_same_connection",
        "responses_go_to_where_the_request_came_from_when_it_asks_for_that",
        "without_rport_the_port_of_the_via_counts",
    ),
    "a phone behind NAT is reached by its flow": (
        "a_phone_behind_nat_is_called_by_the_way_its_register_came",
        "who_sits_behind_nat",
        "a_ping_is_answered_with_a_pong",
        "a_contact_inside_a_private_network_is_reached_by_the_way_out_of_it",
        "a_phone_is_asked_to_keep_a_connection_alive_and_not_a_udp_flow",
        "who_could_only_be_reached_by_a_connection_is_gone",
    ),
    "our own address fits transport, IP version and the route to the peer": (
        "our_own_address_is_written_for_each_transport_and_ip_version",
        "of_several_addresses_the_one_that_the_route_leads_through_is_named",
        "a_contact_of_ours_is_moved_to_the_listener_that_a_request_leaves_by",
        "who_calls_one_address_is_answered_and_called_back_from_it",
    ),
    "dialogs are Call-ID and both tags, an old peer's tag empty": (
        "a_session_is_found_by_its_id_and_by_requests_of_its_dialog",
        "the_answer_has_our_description_and_the_tag_all_responses_share",
        "an_old_caller_without_a_tag_talks_and_hangs_up",
    ),
    "forks: each is a dialog, the second answer is acknowledged and hung up": (
        "each_fork_has_its_own_target_route_and_numbers",
        "the_route_is_that_of_the_2xx_and_the_numbers_go_on",
        "a_2xx_without_a_description_means_what_its_own_fork_said_early",
        "a_fork_that_said_nothing_has_no_answer_of_another",
        "an_offer_of_one_fork_is_none_of_another",
        "every_loser_is_acknowledged_and_hung_up_where_it_is",
        "a_cancelled_call_hangs_up_every_fork_that_answers_all_the_same",
    ),
    "forks and redirections: one call at most, and nobody is called instead": (
        "a_second_answer_of_a_fork_is_acknowledged_and_hung_up",
        "a_flood_of_forks_is_not_served_without_limit",
        "theirs_are_acknowledged_once_in_order_and_for_each_fork",
        "of_two_who_answer_a_forked_call_one_at_most_is_left",
        "a_redirected_call_ends_and_nobody_is_called_instead",
    ),
    "CSeq goes up in each direction and is never used again": (
        "requests_must_come_from_the_peer_and_count_up",
        "a_challenge_is_answered_under_the_next_number_with_everything_else_the_same",
        "the_bye_counts_on_from_the_prack",
        "a_broken_cseq_is_refused",
    ),
    "an unknown dialog gets 481, its ACK nothing; 481 and 408 end ours": (
        "an_ack_is_never_answered",
        "a_peer_that_has_lost_the_session_is_hung_up",
    ),
    "BYE: early, during an INVITE, from both sides, into silence": (
        "a_bye_during_a_reinvite_ends_both",
        "both_sides_hang_up_at_once_and_both_get_200",
        "no_bye_goes_out_before_the_ack_of_our_2xx_or_its_timeout",
        "a_callee_that_says_bye_before_it_answered_is_cancelled",
        "hanging_up_without_ever_an_ack_still_sends_a_bye",
    ),
    "a failed re-INVITE changes nothing; one without an offer gets ours": (
        "a_refused_reinvite_leaves_the_call_as_it_was",
        "a_refused_reoffer_leaves_the_session_as_it_was",
        "a_reinvite_without_an_offer_asks_for_ours",
    ),
    "glare: 491, 500 with Retry-After, and who waits how long": (
        "one_offer_at_a_time_whatever_it_goes_by",
        "offers_that_cross_both_get_491_and_come_again_by_reinvite",
        "early_offers_that_cross_both_get_491",
        "when_both_ask_at_once_both_get_491_and_the_callee_comes_first",
        "a_second_reinvite_before_the_first_is_answered_gets_500_and_when_to_retry",
        "the_one_who_called_waits_from_2100_to_4000_ms_the_other_at_most_2000",
        "two_who_hang_up_or_hold_in_the_same_instant_still_agree",
    ),
    "a bridge: neither leg outlives the other": (
        "a_reinvite_nobody_answers_is_refused_after_32_seconds_and_the_call_goes_on",
        "a_bridged_call_under_30_percent_loss_completes_or_fails_in_time",
    ),
    "100rel in both roles": (
        "a_2xx_waits_for_the_prack_of_what_was_described",
        "a_prack_must_answer_our_offer",
        "a_prack_may_bring_another_offer_once_ours_is_answered",
        "an_offer_in_a_reliable_183_is_answered_in_its_prack",
        "an_early_offer_does_not_overtake_our_prack",
        "numbers_begin_anywhere_and_go_up_by_one",
        "ringing_again_waits_for_the_prack_and_then_has_the_next_number",
        "a_call_whose_180_never_gets_its_prack_is_refused",
        "a_wrong_prack_is_refused_and_the_180_goes_on",
        "a_required_extension_is_named_as_unsupported",
    ),
    "session timers": (
        "an_invite_refused_with_422_comes_back_with_a_longer_interval",
        "a_session_that_would_be_refreshed_too_often_is_refused",
        "when_the_wire_is_cut_both_sides_end_the_session",
        "refreshes_keep_a_call_up_for_three_hours_at_20_percent_loss",
    ),
    "a refresh repeats the description, a change counts it up by one": (
        "a_peer_without_update_is_refreshed_by_reinvite_with_the_same_description",
        "the_version_grows_by_one_exactly_when_something_changed",
    ),
    "descriptions: lines keep their place, hold in every spelling, types without rtpmap": (
        "other_media_lines_are_refused_in_their_place",
        "a_hold_for_the_whole_session_is_a_hold",
        "an_address_of_zeros_is_a_hold_and_the_last_address_stays",
        "a_running_stream_may_be_switched_off_and_on",
        "resuming_after_a_hold_sends_both_ways_again",
        "formats_are_codecs_in_their_order_with_or_without_an_rtpmap",
        "each_side_is_sent_the_numbers_it_named",
        "a_body_that_is_not_sdp_is_refused",
        "the_description_is_found_among_parts_that_may_be_read_over",
        "a_part_that_must_be_understood_and_is_not_is_refused",
        "a_description_for_something_else_is_not_the_session",
        "a_packet_has_what_they_want_and_never_more_than_they_take",
    ),
    "late offers and early media": (
        "an_invite_without_an_offer_gets_ours_and_the_ack_brings_the_answer",
        "early_media_is_passed_on_as_a_preview",
        "an_answer_may_be_shown_early_and_come_again",
        "an_offer_in_the_2xx_is_answered_in_the_ack",
        "an_offer_in_the_2xx_that_is_not_taken_is_declined_and_hung_up",
        "early_media_are_agreed_on_reliably_and_not_repeated_in_the_2xx",
        "early_media_for_a_caller_without_100rel_are_a_preview_of_the_2xx",
        "an_offer_of_ours_never_goes_into_a_response_nobody_acknowledges",
    ),
    "UPDATE before its time": (
        "an_update_before_the_answer_is_told_to_wait",
        "offers_of_the_peer_wait_while_our_invite_is_pending",
        "either_side_may_change_early_media",
        "an_update_while_our_offer_waits_for_its_prack_gets_491",
        "a_second_update_before_the_first_is_answered_is_told_when_to_come_back",
        "an_early_offer_nobody_looks_at_gets_504",
        "we_offer_nothing_to_one_fork_of_several",
    ),
    "REFER of theirs: 202, NOTIFYs to the end, embedded headers do not count": (
        "a_blind_transfer_is_told_accepted_and_reported_to_its_end",
        "who_wants_no_subscription_gets_none",
        "an_attended_one_names_a_dialog_and_nothing_else_it_carries_counts",
        "a_second_transfer_waits_for_the_first",
        "a_phone_that_answers_a_notify_with_481_gets_no_more_of_them",
        "a_dialog_that_is_not_ours_cannot_be_replaced",
    ),
    "REFER of ours: NOTIFY before the 202, subscriptions by number, one outcome": (
        "a_notify_may_come_before_the_202",
        "a_peer_that_will_not_tell_is_believed",
        "notifies_of_the_first_may_leave_its_number_out_those_of_a_later_one_not",
        "a_challenged_refer_is_asked_again_and_known_by_its_new_number",
        "on_a_bad_wire_every_transfer_ends_once_and_nothing_is_left",
        "a_blind_transfer_ends_where_it_was_sent_or_leaves_the_call_as_it_was",
    ),
    "Replaces: the dialog as its peer knows it, early-only, and who may": (
        "a_dialog_of_ours_is_named_as_its_peer_knows_it_and_escaped_in_a_uri",
        "what_names_no_session_or_an_answered_one_is_refused",
        "a_phone_may_take_over_the_session_of_its_own_user_only_while_it_rings_too",
        "a_session_that_is_being_hung_up_is_declined",
        "a_session_that_is_being_hung_up_is_neither_referred_nor_named",
        "a_call_that_replaces_another_is_the_only_one_left",
    ),
    "identity: believed from whom we trust, told to whom we trust": (
        "only_a_trusted_source_may_say_who_really_calls",
        "only_trusted_peers_are_told_who_a_private_caller_is",
        "a_name_in_a_user_part_cannot_leave_it",
    ),
    "digest, server: stateless nonces, stale, replay, several algorithms, guessing": (
        "a_nonce_grows_old",
        "a_count_may_be_used_once",
        "no_use_can_be_replayed_after_its_nonce_was_forgotten",
        "challenges_come_best_algorithm_first_and_alike_but_for_it",
        "wrong_password_unknown_user_and_other_method_look_the_same",
        "the_digest_uri_may_differ_in_host_and_port_and_parameters",
        "a_request_in_a_dialog_is_not_challenged",
        "auth_int_covers_the_body_and_auth_does_not",
        "quotes_and_case_are_free_where_the_grammar_leaves_them",
        "an_unknown_user_takes_the_very_same_steps_as_a_known_one",
        "a_guesser_is_shut_out_and_the_phone_at_the_same_address_is_not",
    ),
    "digest, client: our realms only, once, twice when stale": (
        "no_other_realm_ever_gets_an_answer",
        "a_wrong_answer_is_not_repeated",
        "a_stale_answer_is_renewed_once",
        "a_challenged_reinvite_and_a_challenged_bye_are_answered_too",
        "every_realm_of_ours_is_answered_once_by_the_first_algorithm_we_have",
        "a_proxy_is_answered_in_its_own_field",
        "who_answers_in_place_of_the_one_we_called_gets_no_proof",
    ),
    "registrar: star, limits, order, comparison of URIs, q, Path, flows, storms": (
        "a_star_removes_all_and_only_with_expires_0_and_alone",
        "too_short_a_binding_is_refused_with_the_shortest_allowed",
        "an_older_register_of_the_same_call_changes_nothing",
        "the_same_uri_in_another_spelling_is_the_same_binding",
        "bindings_of_one_user_are_limited_and_the_oldest_makes_room",
        "a_request_that_fails_in_part_changes_nothing",
        "the_parameter_goes_before_the_header",
        "the_highest_q_is_called_first_then_the_one_refreshed_last",
        "a_proxy_on_the_way_is_the_way_back",
        "each_flow_of_a_device_is_a_binding_of_its_own",
        "a_long_binding_ends_somewhat_sooner_at_random_and_a_short_one_never_too_soon",
        "what_was_there_before_a_restart_is_there_again",
    ),
    "a trunk: registered in time, backed off from, asked whether it is there": (
        "it_is_refreshed_a_minute_before_its_end_and_a_little_earlier",
        "waits_double_up_to_half_an_hour_and_half_of_each_is_drawn",
        "a_registrar_that_says_when_to_come_back_is_obeyed_within_limits",
        "a_registrar_that_always_wants_more_is_not_followed_for_ever",
        "one_lost_answer_takes_nothing_down",
    ),
    "names: NAPTR, SRV and addresses, in order, by weight, kept for their time": (
        "a_name_leads_to_addresses_in_order",
        "records_of_one_priority_are_drawn_by_weight_and_each_comes_once",
        "a_service_that_says_it_is_not_there_is_not_replaced_by_the_bare_address",
        "an_answer_good_or_bad_is_kept_for_its_time_within_limits",
    ),
    "TLS: whose certificate it must be, and none older than 1.2": (
        "a_certificate_is_for_the_domains_it_names",
        "a_server_that_is_not_whom_we_wanted_is_told_nothing",
        "tls_before_1_2_is_not_spoken",
        "a_new_certificate_is_used_once_its_file_has_changed",
        "one_address_with_two_names_has_two_connections",
    ),
    "keys of SRTP: over TLS, one line taken under its tag, none told where none may be": (
        "the_first_line_of_theirs_that_we_can_follow_is_taken_under_its_tag",
        "an_answer_that_takes_no_line_of_ours_does_not_fit",
        "where_it_is_required_nothing_else_fits",
        "where_it_must_not_be_no_key_is_told",
    ),
    "parsing: folds, case, lists, brackets, escapes, UTF-8": (
        "folds_and_spaces_are_undone",
        "a_comma_does_not_split_what_is_not_a_list",
        "octets_that_are_not_utf_8_go_out_as_they_came_in",
        "the_endpoint_answers_as_the_rfc_calls_for",
        "a_method_nobody_knows_is_not_implemented",
    ),
    "framing: datagrams by length, streams cut anywhere, what is slow is cut off": (
        "octets_after_the_declared_end_are_ignored",
        "a_stream_is_cut_at_any_place",
        "a_stream_without_one_good_length_is_lost",
        "a_peer_that_does_not_finish_what_it_began_is_cut_off",
        "a_peer_that_does_not_read_is_cut_off",
        "a_handshake_that_does_not_end_is_cut_off",
        "a_peer_that_begins_a_message_behind_another_must_finish_that_too",
    ),
    "a large request goes by TCP": (
        "a_request_too_big_for_a_datagram_goes_by_tcp",
        "a_large_request_goes_by_udp_after_all_when_tcp_is_refused",
    ),
    "what cannot be read is answered without state, or dropped": (
        "a_broken_response_is_a_plain_peer_error",
        "the_broken_request_keeps_its_method_so_that_an_ack_is_not_answered",
        "what_is_there_is_copied_as_it_was_written",
    ),
    "floods": (
        "a_flood_of_calls_gets_503_and_nothing_grows",
        "a_flood_of_anything_unproven_costs_no_memory",
        "a_flood_of_short_calls_fills_the_transactions_and_calls_that_are_up_still_end",
    ),
    "limits, linear time, and no bad packet kills the reader": (
        "a_hostile_field_takes_no_longer_than_its_length",
        "a_hostile_datagram_takes_no_longer_than_its_length",
        "a_bomb_is_refused",
        "noise_does_not_stop_the_reader",
        "nothing_we_can_think_of_fails_or_takes_long",
    ),
    "ids are unique and time only goes on": (
        "every_id_comes_from_the_token_source",
        "a_deadline_that_moved_back_is_looked_at_again_and_does_not_ring",
    ),
}


@pytest.fixture(scope="module")
def names() -> set[str]:
    files = TESTS.rglob("test_*.py")
    return {name for file in files for name in re.findall(r"def test_(\w+)", file.read_text())}


@pytest.mark.parametrize("pitfall", PITFALLS)
def test_a_pitfall_has_its_tests(pitfall: str, names: set[str]) -> None:
    assert set(PITFALLS[pitfall]) <= names
