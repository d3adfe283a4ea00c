/* rtcp.c: what we write is what RFC 3550 §6 draws, and can be parsed; noise cannot hurt. */
#include "bytes.h"
#include "check.h"
#include "rtcp.h"

static const struct rtcp_block block = {
    .ssrc = 7, .fraction_lost = 25, .lost = 3, .extended_highest = 70000, .jitter = 12,
    .last_sr = 0xaabbccdd, .delay_since_sr = 65536,
};
static const struct rtcp_report report = {
    .ssrc = 0x01020304, .sent = true, .ntp = 0x1111222233334444, .timestamp = 5, .packets = 6, .octets = 960,
    .block = &block, .cname = "0123456789abcdef01234567", .bye = true,
};

static void a_sender_report_has_the_layout_of_the_rfc(void) {
    uint8_t data[RTCP_MAX_REPORT];
    size_t size = rtcp_write(data, &report);
    assert(size <= sizeof data && data[0] == 0x81 && data[1] == 200 && get16(data + 2) == 12);
    assert(get32(data + 4) == report.ssrc && get32(data + 8) == 0x11112222 && get32(data + 24) == 960);
    assert(get32(data + 28) == 7 && get32(data + 32) == (25u << 24 | 3) && get32(data + 36) == 70000);
    const uint8_t *sdes = data + 52;
    assert(sdes[0] == 0x81 && sdes[1] == 202 && sdes[8] == 1 && sdes[9] == RTCP_CNAME);
    assert(memcmp(sdes + 10, report.cname, RTCP_CNAME) == 0 && sdes[10 + RTCP_CNAME] == 0);
    const uint8_t *bye = sdes + 4 * (get16(sdes + 2) + 1);
    assert(bye[0] == 0x81 && bye[1] == 203 && get32(bye + 4) == report.ssrc && bye + 8 == data + size);
}

static void what_we_write_can_be_parsed(void) {
    uint8_t data[RTCP_MAX_REPORT];
    struct rtcp_heard heard;
    size_t size = rtcp_write(data, &report);
    assert(rtcp_parse(data, size, 7, &heard));
    assert(heard.reported && heard.sr_ntp == 0x22223333 && heard.about_us);
    assert(heard.last_sr == 0xaabbccdd && heard.delay_since_sr == 65536);
    assert(rtcp_parse(data, size, 8, &heard) && !heard.about_us);
}

static void a_receiver_report_may_be_about_nobody(void) {
    uint8_t data[RTCP_MAX_REPORT];
    struct rtcp_heard heard;
    struct rtcp_report silent = {.ssrc = 1, .cname = report.cname};
    size_t size = rtcp_write(data, &silent);
    assert(data[0] == 0x80 && data[1] == 201 && get16(data + 2) == 1);
    assert(rtcp_parse(data, size, 7, &heard) && !heard.reported && !heard.about_us);
}

static void a_cumulative_loss_stays_in_its_24_bits(void) {
    uint8_t data[RTCP_MAX_REPORT];
    struct rtcp_block heavy = block;
    struct rtcp_report lossy = report;
    heavy.lost = 1ull << 40;
    lossy.block = &heavy;
    rtcp_write(data, &lossy);
    assert(get32(data + 32) == (25u << 24 | 0x7fffff));
}

static void what_is_cut_short_is_refused(void) {
    uint8_t data[RTCP_MAX_REPORT];
    struct rtcp_heard heard;
    size_t size = rtcp_write(data, &report);
    for (size_t cut = 0; cut < size; cut++) {
        uint8_t *exact = memcpy(malloc(cut ? cut : 1), data, cut);
        bool whole = cut == 52 || cut == size - 8; /* where one packet of the compound ends */
        assert(rtcp_parse(exact, cut, 7, &heard) == whole);
        free(exact);
    }
    data[1] = 202; /* must begin with a report */
    assert(!rtcp_parse(data, size, 7, &heard));
}

static void noise_is_parsed_without_a_read_beyond_its_end(void) {
    uint32_t state = 3;
    struct rtcp_heard heard;
    for (int round = 0; round < 200000; round++) {
        size_t size = chance(&state) % 80;
        uint8_t *data = malloc(size ? size : 1);
        for (size_t i = 0; i < size; i++) data[i] = (uint8_t)chance(&state);
        if (size > 4) {
            data[0] = (data[0] & 0x3f) | 0x80;
            data[1] = 200 + (data[1] & 1);
            put16(data + 2, (uint16_t)(chance(&state) % 20));
        }
        (void)rtcp_parse(data, size, 7, &heard);
        free(data);
    }
}

int main(void) {
    a_sender_report_has_the_layout_of_the_rfc();
    what_we_write_can_be_parsed();
    a_receiver_report_may_be_about_nobody();
    a_cumulative_loss_stays_in_its_24_bits();
    what_is_cut_short_is_refused();
    noise_is_parsed_without_a_read_beyond_its_end();
}
