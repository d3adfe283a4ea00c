/* rtp.c: what is no RTP is refused, whatever it is; sequence numbers, loss and jitter of RFC 3550. */
#include "bytes.h"
#include "check.h"
#include "rtp.h"

static const struct rtp_header usual = {true, 8, 65535, 0xfffffff0, 0x12345678};

static void a_written_header_is_read_back(void) {
    uint8_t data[RTP_HEADER + 3] = {0};
    struct rtp_packet packet;
    rtp_write(data, &usual);
    assert(rtp_parse(data, sizeof data, &packet));
    assert(packet.header.marker && packet.header.payload_type == 8 && packet.header.sequence == 65535);
    assert(packet.header.timestamp == 0xfffffff0 && packet.header.ssrc == 0x12345678);
    assert(packet.payload == data + RTP_HEADER && packet.length == 3);
}

static void sources_extension_and_padding_are_not_payload(void) {
    uint8_t data[RTP_HEADER + 8 + 4 + 4 + 5 + 3] = {0};
    struct rtp_packet packet;
    rtp_write(data, &usual);
    data[0] |= 0x20 | 0x10 | 2;                /* padding, extension, two CSRCs */
    put16(data + RTP_HEADER + 8 + 2, 1);       /* one word of extension */
    data[sizeof data - 1] = 3;
    assert(rtp_parse(data, sizeof data, &packet));
    assert(packet.payload == data + RTP_HEADER + 16 && packet.length == 5);
}

static void what_does_not_fit_is_refused(void) {
    uint8_t data[RTP_HEADER + RTP_MAX_PAYLOAD + 1] = {0};
    struct rtp_packet packet;
    rtp_write(data, &usual);
    for (size_t size = 0; size <= RTP_HEADER; size++) assert(!rtp_parse(data, size, &packet));
    assert(rtp_parse(data, RTP_HEADER + RTP_MAX_PAYLOAD, &packet));
    assert(!rtp_parse(data, RTP_HEADER + RTP_MAX_PAYLOAD + 1, &packet));
    for (int version = 0; version < 4; version++) {
        data[0] = (uint8_t)(version << 6);
        assert(rtp_parse(data, 20, &packet) == (version == 2));
    }
    data[0] = 0x80 | 15; /* CSRCs beyond the end */
    assert(!rtp_parse(data, 40, &packet));
    data[0] = 0x80 | 0x10; /* extension beyond the end */
    assert(!rtp_parse(data, 14, &packet));
    put16(data + 14, 65535);
    assert(!rtp_parse(data, 100, &packet));
    data[0] = 0x80 | 0x20; /* padding of nothing, of more than there is, of all there is */
    const uint8_t paddings[] = {0, 9, 8};
    for (int i = 0; i < 3; i++) {
        data[19] = paddings[i];
        assert(!rtp_parse(data, 20, &packet));
    }
}

static void noise_is_parsed_without_a_read_beyond_its_end(void) {
    uint32_t state = 1;
    struct rtp_packet packet;
    for (int round = 0; round < 200000; round++) {
        size_t size = chance(&state) % 64;
        uint8_t *data = malloc(size ? size : 1); /* exact, so that ASan sees a read beyond */
        for (size_t i = 0; i < size; i++) data[i] = (uint8_t)chance(&state);
        if (size && round % 2) data[0] = (data[0] & 0x3f) | 0x80;
        if (rtp_parse(data, size, &packet))
            assert(packet.length > 0 && packet.payload >= data && packet.payload + packet.length <= data + size);
        free(data);
    }
}

static enum arrival take(struct reception *r, uint32_t ssrc, uint16_t sequence) {
    return reception_take(r, &(struct rtp_header){.ssrc = ssrc, .sequence = sequence});
}

static void loss_is_counted_over_the_wraparound(void) {
    struct reception r = {0};
    assert(take(&r, 1, 65533) == ARRIVAL_EPOCH);
    assert(take(&r, 1, 65534) == ARRIVAL_NEWEST);
    assert(take(&r, 1, 2) == ARRIVAL_NEWEST); /* 65535, 0 and 1 are missing */
    assert(reception_lost(&r) == 3 && reception_extended_highest(&r) == 65536 + 2);
    assert(take(&r, 1, 0) == ARRIVAL_OLDER);
    assert(reception_lost(&r) == 2);
    assert(take(&r, 1, 2) == ARRIVAL_MISPLACED);
    assert(reception_fraction_lost(&r) == 256 * 2 / 6);
    assert(reception_fraction_lost(&r) == 0);
}

static void a_leap_of_sequence_is_believed_when_it_goes_on(void) {
    struct reception r = {0};
    take(&r, 1, 100);
    assert(take(&r, 1, 30000) == ARRIVAL_MISPLACED);
    assert(take(&r, 1, 101) == ARRIVAL_NEWEST); /* it was a stray */
    assert(take(&r, 1, 30000) == ARRIVAL_MISPLACED);
    assert(take(&r, 1, 30001) == ARRIVAL_EPOCH);
    assert(take(&r, 1, 30002) == ARRIVAL_NEWEST);
}

static void a_new_ssrc_is_a_new_epoch_and_keeps_the_loss_before(void) {
    struct reception r = {0};
    take(&r, 1, 10);
    take(&r, 1, 15);
    assert(reception_lost(&r) == 4);
    assert(take(&r, 2, 50000) == ARRIVAL_EPOCH);
    assert(take(&r, 2, 50002) == ARRIVAL_NEWEST);
    assert(reception_lost(&r) == 5);
}

static void jitter_follows_the_formula_of_the_rfc(void) {
    struct reception r = {0};
    double jitter = 0, before = 0;
    uint32_t state = 7, base = UINT32_MAX - 5000; /* timestamps wrap around on the way */
    for (uint32_t i = 0; i < 500; i++) {
        uint32_t delay = chance(&state) % 200, now = i * 160 + delay;
        reception_time(&r, base + i * 160, now);
        if (i) jitter += ((delay > before ? delay - before : before - delay) - jitter) / 16;
        before = delay;
    }
    assert(reception_jitter(&r) > jitter - 3 && reception_jitter(&r) < jitter + 3);
}

int main(void) {
    a_written_header_is_read_back();
    sources_extension_and_padding_are_not_payload();
    what_does_not_fit_is_refused();
    noise_is_parsed_without_a_read_beyond_its_end();
    loss_is_counted_over_the_wraparound();
    a_leap_of_sequence_is_believed_when_it_goes_on();
    a_new_ssrc_is_a_new_epoch_and_keeps_the_loss_before();
    jitter_follows_the_formula_of_the_rfc();
}
