"""The ninety bad inputs that the checker is held to: each has its outcome, and a test that provokes it for real."""

from importlib import import_module

import pytest

from tests.crawl import bad_pages, hostile

FETCH, LIVE, ROBOTS, WARC = "test_crawl_fetch", "test_crawl_live", "test_crawl_robots", "test_crawl_warc"
ANSWER, PAGE = (
    "crawl.test_crawl_hostile::test_a_bad_answer_ends_in_its_outcome",
    "crawl.test_bad_pages::test_a_bad_page_ends_in_its_outcome",
)
DISCOVER, FRONTIER = "test_crawl_discover", "test_frontier"

SERVED = {
    ANSWER: {int(case.path[1:3]) for case in hostile.CASES},
    PAGE: {int(case.path[1:3]) for case in bad_pages.CASES},
}
"""The numbers of the paths that servers misbehave at."""

TABLE: dict[int, tuple[str, str, str]] = {
    1: ("a name without an address", "network_error", f"crawl.{FETCH}::TestAddresses.test_no_address_and_no_answer"),
    2: (
        "a name that is public, then private",
        "refused_address",
        f"crawl.{FETCH}::TestAddresses.test_a_name_that_changes_its_mind_is_refused_at_the_second_connection",
    ),
    3: (
        "one private address among public ones",
        "refused_address",
        f"crawl.{FETCH}::TestAddresses.test_one_private_address_among_public_ones_is_refused",
    ),
    4: ("connection refused", "network_error", f"crawl.{FETCH}::TestAddresses.test_connection_refused"),
    5: ("RST after the request", "network_error", ANSWER),
    6: ("closed without an answer", "network_error", ANSWER),
    7: ("silence before the headers", "timeout", ANSWER),
    8: ("headers byte by byte", "timeout", ANSWER),
    9: ("body byte by byte", "timeout", ANSWER),
    10: ("endless headers", "network_error", ANSWER),
    11: ("a header of 150 KB", "network_error", ANSWER),
    12: ("endless chunks", "too_large", ANSWER),
    13: ("a body shorter than it says", "truncated", ANSWER),
    14: ("chunks without the last one", "truncated", ANSWER),
    15: ("a bad chunk size", "truncated", ANSWER),
    16: ("two lengths", "network_error", ANSWER),
    17: ("no status line", "network_error", ANSWER),
    18: ("a header without a colon", "network_error", ANSWER),
    19: ("NUL or GBK in a header", "network_error, or read", ANSWER),
    20: ("200 times 100 Continue, 101, 103", "read, or network_error", ANSWER),
    21: ("204 and 304 with a body", "not_html, unchanged", ANSWER),
    22: ("a redirect to itself", "http_error", ANSWER),
    23: (
        "redirects in a circle, with changing queries, over hosts",
        "http_error",
        f"crawl.{LIVE}::TestRefresh.test_a_circle_over_hosts_ends",
    ),
    24: ("a redirect without a Location", "http_error", ANSWER),
    25: ("redirects to file:, javascript:, data:", "refused_address", ANSWER),
    26: ("redirects to port 99999 and to raw bytes", "http_error, or followed", ANSWER),
    27: (
        "redirects to forbidden paths, other hosts, metadata",
        "robots_denied, refused_address",
        f"crawl.{LIVE}::TestPoliteness.test_a_redirect_to_another_host_waits_for_its_turn_and_its_robots",
    ),
    28: ("https to http", "read, and kept in the way", f"crawl.{FETCH}::TestTls.test_a_downgrade_shows_in_the_way"),
    29: (
        "TLS expired, of another host, self-signed, old",
        "network_error, or recorded by policy",
        f"crawl.{FETCH}::TestTls.test_a_bad_certificate_is_refused_or_recorded",
    ),
    30: (
        "plain HTTP where TLS should be",
        "network_error or timeout",
        f"crawl.{FETCH}::TestTls.test_plain_http_where_tls_should_be",
    ),
    31: (
        "429 with Retry-After in seconds, as a date, negative, in the year 9999",
        "waited out, or blocked",
        f"crawl.{LIVE}::TestPoliteness.test_every_form_of_retry_after_is_understood",
    ),
    32: (
        "503 without a time",
        "a minute, doubled; blocked",
        "crawl.test_crawl_pace::test_refusals_without_a_time_double_the_wait",
    ),
    33: ("too many visits, captcha", "blocked", PAGE),
    34: ("soft 404, script shell", "http_error, blocked", PAGE),
    35: ("a gzip bomb", "too_large", ANSWER),
    36: ("gzip in gzip in gzip", "too_large, undecodable", ANSWER),
    37: ("bombs of br, zstd, deflate", "too_large", ANSWER),
    38: ("gzip cut off", "truncated", ANSWER),
    39: ("says gzip, is plain", "read", ANSWER),
    40: ("an unknown coding", "undecodable", ANSWER),
    41: ("100 MB of HTML", "too_large", ANSWER),
    42: ("pictures, PDF, zip as HTML; HTML as a picture", "not_html; read", PAGE),
    43: ("an empty body", "not_html", PAGE),
    44: ("GBK beyond GB 2312", "matched, credit exact", PAGE),
    45: ("says UTF-8, is GBK", "matched, credit exact", PAGE),
    46: ("says gb2312, is UTF-8", "matched, credit exact", PAGE),
    47: ("Big5 with HKSCS", "matched, credit exact", PAGE),
    48: ("UTF-16 without a mark", "matched, credit exact", PAGE),
    49: ("two encodings in one page", "matched, credit exact", PAGE),
    50: ("NUL, zero-width, bidi, surrogates inside our name", "matched, credit exact", PAGE),
    51: ("look-alikes around our name", "matched, credit exact", PAGE),
    52: ("100 000 nested elements", "matched, credit exact", PAGE),
    53: ("100 000 attributes", "matched, credit exact", PAGE),
    54: ("100 000 options", "matched, credit exact", PAGE),
    55: ("20 MB of paragraphs", "too_large", PAGE),
    56: ("comment, script, select never closed", "matched, credit exact", PAGE),
    57: ("20 000 times mis-nested", "matched, credit exact", PAGE),
    58: ("text only in noscript, template, textarea, data", "clean, or matched where readers see it", PAGE),
    59: ("credit only in a picture, a style, hidden", "matched; dateline, hidden", PAGE),
    60: ("odd addresses in links", "resolved as browsers do", f"crawl.{DISCOVER}::TestLinks.test_found"),
    61: (
        "pages that forward by markup, without end",
        "http_error",
        f"crawl.{LIVE}::TestRefresh.test_a_chain_without_an_end_ends",
    ),
    62: (
        "frames; twins for telephones",
        "followed; listed as one",
        f"crawl.{LIVE}::TestRefresh.test_frames_are_followed",
    ),
    63: (
        "XML bombs, external entities",
        "nothing is resolved",
        f"crawl.{DISCOVER}::TestSitemaps.test_entities_are_not_resolved",
    ),
    64: ("a calendar without end", "at most 100 pages", f"crawl.{LIVE}::TestTraps.test_a_trap_costs_few_pages"),
    65: ("a session id in each link", "at most 100 pages", f"crawl.{LIVE}::TestTraps.test_a_trap_costs_few_pages"),
    66: ("/a/b/a/b/...", "at most 100 pages", f"crawl.{LIVE}::TestTraps.test_a_trap_costs_few_pages"),
    67: ("a faceted search", "at most 100 pages", f"crawl.{LIVE}::TestTraps.test_a_trap_costs_few_pages"),
    68: (
        "a farm of hosts at one address",
        "one budget, one request at a time",
        f"crawl.{LIVE}::test_a_farm_of_hosts_at_one_address_has_one_budget",
    ),
    69: (
        "sitemaps that point at each other, out, without end",
        "at most 100 sitemaps",
        f"crawl.{LIVE}::TestTraps.test_sitemaps_that_point_at_each_other_end",
    ),
    70: (
        "robots.txt of 5 MB, as HTML, with CR only, 20 000 rules",
        "as RFC 9309 says",
        f"crawl.{ROBOTS}::test_odd_files",
    ),
    71: ("a WARC cut in the middle", "truncated", f"crawl.{WARC}::TestDamage.test_a_cut_record_is_truncated"),
    72: (
        "ten damaged bytes",
        "one record is lost, the gap told",
        f"crawl.{WARC}::TestDamage.test_damage_costs_one_record",
    ),
    73: (
        "garbage before the first record",
        "the gap told",
        f"crawl.{WARC}::TestDamage.test_garbage_before_the_first_record",
    ),
    74: ("an empty WARC", "truncated", f"crawl.{WARC}::TestDamage.test_no_record_at_all"),
    75: ("compressed as a whole", "read", f"crawl.{WARC}::TestDamage.test_compressed_as_a_whole"),
    76: ("a wrong digest", "read, and kept as a fact", f"crawl.{WARC}::TestOddities.test_a_wrong_digest_is_a_fact"),
    77: ("a negative or huge length", "truncated", f"crawl.{WARC}::TestDamage.test_a_wrong_length_costs_its_record"),
    78: ("a revisit without its original", "truncated", f"crawl.{WARC}::test_a_record_ends_in_its_outcome"),
    79: (
        "addresses with blanks and characters",
        "written as on the wire",
        f"crawl.{WARC}::TestOddities.test_addresses_are_written_as_on_the_wire",
    ),
    80: (
        "dates of the years 0 and 2099",
        "not believed",
        f"crawl.{WARC}::TestOddities.test_a_date_that_cannot_be_is_not_believed",
    ),
    81: (
        "a full disk",
        "the page stays unfinished, the scan ends in one line",
        "test_trouble::test_a_full_disk_is_one_line_and_costs_nothing",
    ),
    82: (
        "the database goes away",
        "waited for up to a minute",
        "test_trouble::test_a_database_that_goes_away_is_waited_for",
    ),
    83: (
        "the clock is put back",
        "no host waits longer than it was to",
        f"crawl.{FRONTIER}::test_a_clock_put_back_does_not_stop_a_host",
    ),
    84: ("crawls started at once", "they share it", "test_trouble::test_scans_of_the_same_started_at_once_share_it"),
    85: ("SIGTERM, SIGKILL", "nothing lost, nothing twice", "test_kill::test_a_killed_scan_is_taken_up_again"),
    86: ("a worker without memory", "its page is lost alone", "test_workers::test_bad_work_costs_only_its_own_item"),
    87: (
        "a time-stamping authority that is down, slow, wrong, expired",
        "no stamp, asked again; a reply out of order is taken",
        "cli.test_stamp::test_a_bad_answer_is_no_stamp_and_is_asked_for_again",
    ),
    88: (
        "SMTP refuses, greylists, drops",
        "each reader gets one mail",
        "report.test_outbox::test_a_drop_after_the_text_is_sent_again_with_the_same_id",
    ),
    89: (
        "an article of 5 characters, of 2 MB, empty",
        "refused in one line",
        "register.test_register_corpus::test_a_bad_line_is_refused_with_its_place_and_the_rest_goes_in",
    ),
    90: (
        "our own site, our mirror, a licensee",
        "never flagged",
        "judge.test_policy::test_a_closed_gate_ends_the_judging",
    ),
}


def test_none_of_the_ninety_is_missing() -> None:
    assert sorted(TABLE) == list(range(1, 91))


@pytest.mark.parametrize("number", TABLE)
def test_each_has_an_outcome_and_a_test(number: int) -> None:
    what, outcome, test = TABLE[number]
    assert what
    assert outcome
    module, _, name = test.partition("::")
    found: object = import_module(f"tests.{module}")
    for part in name.split("."):
        found = getattr(found, part)
    assert callable(found)
    assert number in SERVED.get(test, {number}), "no server misbehaves so"
