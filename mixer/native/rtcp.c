#include "rtcp.h"

#include <string.h>

#include "bytes.h"

enum {
    SENDER_REPORT = 200,
    RECEIVER_REPORT = 201,
    SOURCE_DESCRIPTION = 202,
    BYE = 203,
    CNAME_ITEM = 1,
    HEADER = 4,
    SENDER_INFO = 20,
    BLOCK = 24,
    MAX_LOST = 0x7fffff, /* 24 bits, signed */
};

/* `words` counts 32-bit words without the first (§6.4.1). */
static void write_header(uint8_t *data, int count, int type, size_t bytes) {
    data[0] = (uint8_t)(2 << 6 | count);
    data[1] = (uint8_t)type;
    put16(data + 2, (uint16_t)(bytes / 4 - 1));
}

static void write_block(uint8_t *data, const struct rtcp_block *block) {
    uint32_t lost = block->lost > MAX_LOST ? MAX_LOST : (uint32_t)block->lost;
    put32(data, block->ssrc);
    put32(data + 4, (uint32_t)block->fraction_lost << 24 | lost);
    put32(data + 8, block->extended_highest);
    put32(data + 12, block->jitter);
    put32(data + 16, block->last_sr);
    put32(data + 20, block->delay_since_sr);
}

static size_t write_report(uint8_t *data, const struct rtcp_report *report) {
    size_t size = HEADER + 4;
    put32(data + HEADER, report->ssrc);
    if (report->sent) {
        put32(data + size, (uint32_t)(report->ntp >> 32));
        put32(data + size + 4, (uint32_t)report->ntp);
        put32(data + size + 8, report->timestamp);
        put32(data + size + 12, report->packets);
        put32(data + size + 16, report->octets);
        size += SENDER_INFO;
    }
    if (report->block) {
        write_block(data + size, report->block);
        size += BLOCK;
    }
    write_header(data, report->block != NULL, report->sent ? SENDER_REPORT : RECEIVER_REPORT, size);
    return size;
}

static size_t write_cname(uint8_t *data, const struct rtcp_report *report) {
    size_t size = HEADER + 4 + 2 + RTCP_CNAME;
    size_t padded = (size + 1 + 3) / 4 * 4; /* at least one null octet ends the items, §6.5 */
    memset(data, 0, padded);
    write_header(data, 1, SOURCE_DESCRIPTION, padded);
    put32(data + HEADER, report->ssrc);
    data[HEADER + 4] = CNAME_ITEM;
    data[HEADER + 5] = RTCP_CNAME;
    memcpy(data + HEADER + 6, report->cname, RTCP_CNAME);
    return padded;
}

size_t rtcp_write(uint8_t *data, const struct rtcp_report *report) {
    size_t size = write_report(data, report);
    size += write_cname(data + size, report);
    if (report->bye) {
        write_header(data + size, 1, BYE, HEADER + 4);
        put32(data + size + HEADER, report->ssrc);
        size += HEADER + 4;
    }
    return size;
}

static void parse_report(const uint8_t *data, size_t size, uint32_t our_ssrc, struct rtcp_heard *heard) {
    size_t at = HEADER + 4;
    if (data[1] == SENDER_REPORT && size >= at + SENDER_INFO) {
        heard->reported = true;
        heard->sr_ntp = (uint32_t)get16(data + at + 2) << 16 | get16(data + at + 4);
        at += SENDER_INFO;
    }
    for (int left = data[0] & 31; left > 0 && at + BLOCK <= size; left--, at += BLOCK) {
        if (get32(data + at) != our_ssrc) continue;
        heard->about_us = true;
        heard->last_sr = get32(data + at + 16);
        heard->delay_since_sr = get32(data + at + 20);
    }
}

bool rtcp_is_meant(const uint8_t *data, size_t size) { return size >= 2 && data[1] >= 192 && data[1] <= 223; }

bool rtcp_parse(const uint8_t *data, size_t size, uint32_t our_ssrc, struct rtcp_heard *heard) {
    *heard = (struct rtcp_heard){0};
    if (size < HEADER + 4 || (data[1] != SENDER_REPORT && data[1] != RECEIVER_REPORT)) return false;
    for (size_t at = 0; at < size;) {
        if (size - at < HEADER || data[at] >> 6 != 2) return false;
        size_t length = 4 * ((size_t)get16(data + at + 2) + 1);
        if (length > size - at) return false;
        bool report = data[at + 1] == SENDER_REPORT || data[at + 1] == RECEIVER_REPORT;
        if (report && length >= HEADER + 4) parse_report(data + at, length, our_ssrc, heard);
        at += length;
    }
    return true;
}
