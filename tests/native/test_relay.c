/* Packets through the mixer, on a turned clock: relay, change of source, mix, strangers, refusals, RTCP. */
#include "rig.h"

enum { ULAW_LOUD = 0x80, ULAW_SILENCE = 0xff, ALAW_LOUD = 0xaa, ALAW_SILENCE = 0xd5 };

static int64_t now;

static void pass(mx *m, int64_t ns) {
    for (int64_t until = now + ns; now < until;) mx_step(m, now += 5 * MS);
}

static mx *opened(void) {
    mx *m = rig_open(true);
    now = 0;
    mx_step(m, 0);
    return m;
}

static void a_relayed_payload_is_bit_exact_or_transcoded(void) {
    mx *m = opened();
    struct phone a = phone_open(1), b = phone_open(2), c = phone_open(3);
    mx_port from = join(m, &a, "PCMU", false), same = join(m, &b, "PCMU", false), other = join(m, &c, "PCMA", false);
    route(m, from, same);
    route(m, from, other);
    uint8_t payload[256];
    for (int i = 0; i < 256; i++) payload[i] = (uint8_t)i;
    phone_send(&a, payload, sizeof payload);
    mx_step(m, now); /* at once */
    struct rtp_packet packet;
    assert(phone_hear(&b, &packet) && packet.length == 256 && memcmp(packet.payload, payload, 256) == 0);
    assert(packet.header.payload_type == 0 && packet.header.ssrc != a.ssrc && packet.header.marker);
    const uint8_t *table = codec_transcoding(codec_named("PCMU", 8000), codec_named("PCMA", 8000));
    assert(phone_hear(&c, &packet) && packet.length == 256 && packet.header.payload_type == 8);
    for (int i = 0; i < 256; i++) assert(packet.payload[i] == table[i]);
    assert(!phone_hear(&a, &packet) && !phone_hear(&b, &packet));
    mx_close(m);
    phone_close(&a), phone_close(&b), phone_close(&c);
}

/* Sequence numbers go up by one, timestamps never back, and by what passed on our clock within 20 ms. */
static int check_continuity(const struct phone *p, struct rtp_header *last, bool *begun) {
    struct rtp_packet packet;
    int count = 0;
    while (phone_hear(p, &packet)) {
        if (*begun) {
            assert(packet.header.sequence == (uint16_t)(last->sequence + 1));
            assert((int32_t)(packet.header.timestamp - last->timestamp) >= FRAME);
            assert((int32_t)(packet.header.timestamp - last->timestamp) <= FRAME + 320);
            assert(packet.header.ssrc == last->ssrc);
        }
        *last = packet.header;
        *begun = true;
        count++;
    }
    return count;
}

static void the_stream_goes_on_while_sources_relay_and_mix_change(void) {
    mx *m = opened();
    struct phone a = phone_open(1), b = phone_open(2), c = phone_open(3);
    mx_port one = join(m, &a, "PCMU", false), two = join(m, &b, "PCMA", false), sink = join(m, &c, "PCMU", false);
    struct rtp_header last;
    bool begun = false;
    uint32_t first_timestamp = 0;
    int packets = 0;
    for (int i = 0; i < 500; i++) {
        if (i % 100 == 0) route(m, one, sink);                              /* relay */
        if (i % 100 == 20) route(m, two, sink);                             /* mix */
        if (i % 100 == 40) assert(mx_unroute(m, one, sink) == MX_OK);       /* relay of the other */
        if (i % 100 == 60) assert(mx_route(m, two, sink, 128) == MX_OK);    /* mix of one */
        if (i % 100 == 80) assert(mx_unroute(m, two, sink) == MX_OK);       /* nothing... */
        if (i % 100 == 81) route(m, two, sink);                             /* ...for one packet */
        if (i % 100 == 99) assert(mx_unroute(m, two, sink) == MX_OK);
        if (i == 250) a.ssrc += 10, a.sequence += 5000, a.timestamp += 1 << 20; /* a new epoch at the phone */
        phone_talk(&a, ULAW_LOUD);
        phone_talk(&b, ALAW_LOUD);
        pass(m, PTIME);
        packets += check_continuity(&c, &last, &begun);
        if (i == 0) first_timestamp = last.timestamp;
    }
    assert(packets > 480);
    assert(labs((long)(last.timestamp - first_timestamp) - 498 * FRAME) <= 2 * FRAME); /* no time gained or lost */
    mx_close(m);
    phone_close(&a), phone_close(&b), phone_close(&c);
}

static void a_leap_of_timestamps_is_not_passed_on(void) {
    mx *m = opened();
    struct phone a = phone_open(1), b = phone_open(2);
    mx_port from = join(m, &a, "PCMU", false), to = join(m, &b, "PCMU", false);
    uint32_t state = 9;
    struct rtp_header last;
    bool begun = false;
    route(m, from, to);
    for (int i = 0; i < 300; i++) {
        if (i % 3 == 0) a.timestamp = chance(&state) | 1 << 20;
        phone_talk(&a, ULAW_LOUD);
        pass(m, PTIME);
        assert(check_continuity(&b, &last, &begun) == 1);
    }
    mx_close(m);
    phone_close(&a), phone_close(&b);
}

static void telephone_events_keep_their_own_type_or_are_dropped(void) {
    mx *m = opened();
    struct phone a = phone_open(1), b = phone_open(2), c = phone_open(3);
    mx_port from = join(m, &a, "PCMU", false), to = join(m, &b, "PCMA", false), deaf = join(m, &c, "PCMU", false);
    mx_remote ra = remote_of(&a, "PCMU"), rb = remote_of(&b, "PCMA");
    ra.telephone_event = ra.receive_telephone_event = 101;
    rb.telephone_event = 96;
    assert(mx_set_remote(m, from, &ra) == MX_OK && mx_set_remote(m, to, &rb) == MX_OK);
    route(m, from, to);
    route(m, from, deaf);
    const uint8_t digit[4] = {5, 0x0a, 0, 160};
    a.payload_type = 101;
    phone_send(&a, digit, sizeof digit);
    mx_step(m, now);
    struct rtp_packet packet;
    assert(phone_hear(&b, &packet) && packet.header.payload_type == 96 && packet.length == 4);
    assert(memcmp(packet.payload, digit, 4) == 0 && !phone_hear(&c, &packet));
    mx_close(m);
    phone_close(&a), phone_close(&b), phone_close(&c);
}

static void only_the_negotiated_source_is_heard(void) {
    mx *m = opened();
    struct phone a = phone_open(1), b = phone_open(2), stranger = phone_open(1);
    mx_port from = join(m, &a, "PCMU", false), to = join(m, &b, "PCMU", false);
    mx_port_stats stats;
    route(m, from, to);
    stranger.mixer = a.mixer;
    phone_talk(&stranger, ULAW_LOUD); /* waits in the socket before the kernel is told who may */
    pass(m, PTIME);
    for (int i = 0; i < 10; i++) phone_talk(&stranger, ULAW_LOUD), pass(m, PTIME);
    assert(phone_flush(&b) == 0);
    assert(mx_stats(m, from, &stats) == MX_OK && stats.received == 0 && stats.strangers == 1);
    phone_talk(&a, ULAW_LOUD);
    a.payload_type = 3;
    phone_talk(&a, ULAW_LOUD);
    phone_send_raw(&a, "no RTP at all", 13);
    pass(m, PTIME);
    assert(mx_stats(m, from, &stats) == MX_OK && stats.received == 1 && stats.unexpected == 1 && stats.malformed == 1);
    assert(phone_flush(&b) == 1);
    mx_close(m);
    phone_close(&a), phone_close(&b), phone_close(&stranger);
}

static void another_port_is_learnt_once(void) {
    mx *m = opened();
    struct phone a = phone_open(1), behind_nat = phone_open(1), late = phone_open(1);
    mx_port port = join(m, &a, "PCMU", false), sink = join(m, &late, "PCMU", false);
    mx_remote remote = remote_of(&a, "PCMU");
    mx_port_stats stats;
    (void)sink;
    remote.address = "192.0.2.1"; /* what the phone believes */
    remote.learn_from = "127.0.0.1";
    assert(mx_set_remote(m, port, &remote) == MX_OK);
    behind_nat.mixer = a.mixer;
    pass(m, PTIME);
    phone_send_raw(&behind_nat, "x", 1); /* not RTP: teaches nothing */
    phone_talk(&behind_nat, ULAW_LOUD);
    pass(m, PTIME);
    a.payload_type = 0;
    for (int i = 0; i < 5; i++) phone_talk(&a, ULAW_LOUD), phone_talk(&behind_nat, ULAW_LOUD), pass(m, PTIME);
    assert(mx_stats(m, port, &stats) == MX_OK && stats.received == 6);
    mx_clip *clip = mx_clip_load((int16_t[8000]){0}, 8000);
    mx_port player;
    assert(mx_open_player(m, clip, true, &player) == MX_OK);
    route(m, player, port); /* and it is sent to where it was heard from */
    phone_flush(&behind_nat);
    pass(m, 5 * PTIME);
    assert(phone_flush(&behind_nat) == 5 && phone_flush(&a) == 0);
    mx_clip_release(clip);
    mx_close(m);
    phone_close(&a), phone_close(&behind_nat), phone_close(&late);
}

static void a_listener_hears_both_and_nobody_hears_the_listener(void) {
    mx *m = opened();
    struct phone a = phone_open(1), b = phone_open(2), s = phone_open(3);
    mx_port one = join(m, &a, "PCMU", false), two = join(m, &b, "PCMA", false), ear = join(m, &s, "PCMU", true);
    struct rtp_packet packet;
    mx_port_stats stats;
    int16_t sample = 0;
    assert(mx_route(m, ear, one, 256) == MX_REFUSED);
    route(m, one, two), route(m, two, one), route(m, one, ear), route(m, two, ear);
    for (int i = 0; i < 50; i++) {
        phone_talk(&a, 0x8f), phone_talk(&b, 0xab), phone_talk(&s, ULAW_LOUD);
        pass(m, PTIME);
        while (phone_hear(&a, &packet)) assert(packet.payload[0] != ULAW_LOUD);
        while (phone_hear(&b, &packet)) assert(packet.payload[0] == codec_transcoding(codec_at(0), codec_at(1))[0x8f]);
        while (phone_hear(&s, &packet)) g711_decode_ulaw(&sample, packet.payload, 1);
    }
    int16_t left, right;
    g711_decode_ulaw(&left, (uint8_t[]){0x8f}, 1);
    g711_decode_alaw(&right, (uint8_t[]){0xab}, 1);
    int sum = left + right > 32124 ? 32124 : left + right;
    assert(abs(sample - sum) < 1024);
    assert(mx_stats(m, ear, &stats) == MX_OK && stats.received == 50 && stats.sent >= 48);
    mx_close(m);
    phone_close(&a), phone_close(&b), phone_close(&s);
}

static void a_phone_that_is_not_there_is_left_alone(void) {
    mx *m = opened();
    struct phone a = phone_open(1);
    mx_port port = join(m, &a, "PCMU", false), player;
    mx_clip *clip = mx_clip_load((int16_t[8000]){0}, 8000);
    mx_port_stats stats;
    assert(mx_open_player(m, clip, true, &player) == MX_OK);
    route(m, player, port);
    close(a.fd); /* 10 s, 500 packets */
    pass(m, 500 * (int64_t)PTIME);
    assert(mx_stats(m, port, &stats) == MX_OK && stats.sent <= 10 && stats.send_errors <= 10);
    a.fd = rig_socket(a.port); /* it is back: heard again within 3.2 s, at once when it speaks */
    phone_talk(&a, ULAW_LOUD);
    pass(m, 2 * PTIME);
    assert(phone_flush(&a) >= 1);
    mx_clip_release(clip);
    mx_close(m);
    phone_close(&a);
}

static bool next_event(mx *m, mx_event_kind kind, mx_port port) {
    mx_event event;
    if (!mx_next_event(m, &event)) return false;
    assert(event.kind == kind && event.port.slot == port.slot && event.port.generation == port.generation);
    return true;
}

static void silence_is_told_once_until_it_ends(void) {
    mx *m = opened();
    struct phone a = phone_open(1);
    mx_port port = join(m, &a, "PCMU", false);
    mx_event event;
    pass(m, 1700 * (int64_t)MS);
    assert(!mx_next_event(m, &event));
    pass(m, 600 * (int64_t)MS);
    assert(next_event(m, MX_MEDIA_TIMED_OUT, port));
    pass(m, 5000 * (int64_t)MS);
    phone_talk(&a, ULAW_LOUD);
    pass(m, PTIME);
    assert(next_event(m, MX_MEDIA_STARTED, port) && !mx_next_event(m, &event));
    pass(m, 2300 * (int64_t)MS);
    assert(next_event(m, MX_MEDIA_TIMED_OUT, port));
    mx_remote held = remote_of(&a, "PCMU");
    held.address = "0.0.0.0"; /* nobody is expected to speak */
    assert(mx_set_remote(m, port, &held) == MX_OK);
    pass(m, 5000 * (int64_t)MS);
    assert(!mx_next_event(m, &event));
    mx_close(m);
    phone_close(&a);
}

static void a_player_ends_with_the_tick_of_its_last_sample(void) {
    mx *m = opened();
    struct phone a = phone_open(1);
    mx_port port = join(m, &a, "PCMU", false), player;
    int16_t samples[10 * FRAME + 1];
    struct rtp_packet packet;
    mx_event event;
    for (int i = 0; i <= 10 * FRAME; i++) samples[i] = 8000;
    mx_clip *clip = mx_clip_load(samples, 10 * FRAME + 1);
    assert(mx_open_player(m, clip, false, &player) == MX_OK);
    mx_clip_release(clip); /* the player keeps it */
    pass(m, 300 * MS);
    route(m, player, port);
    int loud = 0;
    for (int tick = 0; tick < 20; tick++) {
        pass(m, PTIME);
        while (phone_hear(&a, &packet))
            for (uint32_t i = 0; i < packet.length; i++) loud += packet.payload[i] != ULAW_SILENCE;
        assert(mx_next_event(m, &event) == (tick == 10));
    }
    assert(loud == 10 * FRAME); /* from silence, which is the first */
    mx_close(m);
    phone_close(&a);
}

static bool hear_report(const struct phone *p, uint8_t *data, struct rtcp_heard *heard, size_t *size) {
    ssize_t length = recv(p->rtcp_fd, data, MAX_DATAGRAM, 0);
    *size = length < 0 ? 0 : (size_t)length;
    return length > 0 && rtcp_parse(data, *size, p->ssrc, heard);
}

static void reports_are_sent_and_the_round_trip_is_measured(void) {
    mx *m = opened();
    struct phone a = phone_open(1), b = phone_open(2);
    mx_port one = join(m, &a, "PCMU", false), two = join(m, &b, "PCMU", false);
    uint8_t data[MAX_DATAGRAM];
    struct rtcp_heard heard = {0};
    size_t size = 0;
    mx_port_stats stats;
    int reports = 0;
    route(m, two, one);
    for (int i = 0; i < 1000; i++) { /* 20 s */
        phone_talk(&a, ULAW_LOUD), phone_talk(&b, ULAW_LOUD);
        if (i % 10 == 0) b.sequence++; /* one of eleven was never sent */
        pass(m, PTIME);
        reports += hear_report(&a, data, &heard, &size);
    }
    assert(reports >= 2 && reports <= 8 && heard.reported && heard.about_us && data[0] == 0x81);
    assert(get32(data + 20) > 0 && get32(data + 24) == get32(data + 20) * FRAME); /* packets and octets sent */
    /* The phone answers with what it heard, 100 ms later, having held it for 60 ms. */
    struct rtcp_block block = {.ssrc = get32(data + 4), .last_sr = heard.sr_ntp, .delay_since_sr = 65536 * 60 / 1000};
    struct rtcp_report report = {.ssrc = a.ssrc, .block = &block, .cname = "0123456789abcdef01234567"};
    while (!hear_report(&a, data, &heard, &size)) phone_talk(&b, ULAW_LOUD), pass(m, PTIME); /* who is silent sends no SR */
    block.last_sr = heard.sr_ntp;
    pass(m, 100 * MS);
    size = rtcp_write(data, &report);
    struct sockaddr_in rtcp = a.mixer;
    rtcp.sin_port = htons(ntohs(rtcp.sin_port) + 1);
    assert(sendto(a.rtcp_fd, data, size, 0, (struct sockaddr *)&rtcp, sizeof rtcp) > 0);
    pass(m, PTIME);
    assert(mx_stats(m, one, &stats) == MX_OK && stats.rtcp_received == 1);
    assert(stats.rtt_ms > 30 && stats.rtt_ms < 90);
    assert(mx_stats(m, two, &stats) == MX_OK && stats.lost == 100);
    assert(mx_close_port(m, one) == MX_OK);
    pass(m, PTIME);
    assert(hear_report(&a, data, &heard, &size) && data[size - 7] == 203); /* BYE is its last packet */
    mx_close(m);
    phone_close(&a), phone_close(&b);
}

static void ports_of_before_are_gone_and_their_slots_used_again(void) {
    mx *m = opened();
    mx_port ports[16], port;
    uint16_t rtp_port, ever[200] = {0};
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 16; i++) {
            assert(mx_open_rtp(m, MX_IPV4, false, &ports[i], &rtp_port) == MX_OK && rtp_port % 2 == 0);
            for (int j = 0; j < 16 * round + i; j++) assert(ever[j] != rtp_port); /* the pairs take turns */
            ever[16 * round + i] = rtp_port;
        }
        assert(mx_open_rtp(m, MX_IPV4, false, &port, &rtp_port) == MX_FULL && mx_open_tap(m, &port) == MX_FULL);
        assert(mx_get_totals(m).ports_open == 16);
        for (int i = 0; i < 16; i++) assert(mx_close_port(m, ports[i]) == MX_OK);
        for (int i = 0; i < 16; i++) assert(mx_close_port(m, ports[i]) == MX_GONE);
        assert(mx_route(m, ports[0], ports[1], 256) == MX_GONE && mx_get_totals(m).ports_open == 0);
        pass(m, PTIME);
    }
    mx_close(m);
}

static void what_is_out_of_range_is_refused(void) {
    mx *m = opened();
    struct phone a = phone_open(1);
    mx_port port = join(m, &a, "PCMU", false), tap;
    assert(mx_open_tap(m, &tap) == MX_OK);
    mx_remote remote = remote_of(&a, "PCMU");
    remote.codec = "G729";
    assert(mx_set_remote(m, port, &remote) == MX_INVALID);
    remote = remote_of(&a, "PCMU"), remote.address = "phone.example";
    assert(mx_set_remote(m, port, &remote) == MX_INVALID);
    remote = remote_of(&a, "PCMU"), remote.telephone_event = 200;
    assert(mx_set_remote(m, port, &remote) == MX_INVALID && mx_set_remote(m, tap, &remote) == MX_INVALID);
    assert(mx_route(m, port, tap, -1) == MX_INVALID && mx_route(m, port, tap, MX_MAX_GAIN + 1) == MX_INVALID);
    assert(mx_route(m, tap, port, 256) == MX_REFUSED && mx_route(m, port, right_of(port), 256) == MX_REFUSED);
    mx_limits limits = rig_limits;
    mx *none;
    limits.port_max = limits.port_min;
    assert(core_open(&limits, true, &none) == MX_INVALID);
    limits = rig_limits, limits.recording_delay_ms = 401;
    assert(core_open(&limits, true, &none) == MX_INVALID);
    limits = rig_limits, limits.host = "nowhere";
    assert(core_open(&limits, true, &none) == MX_INVALID);
    mx_close(m);
    phone_close(&a);
}

int main(void) {
    codecs_prepare();
    a_relayed_payload_is_bit_exact_or_transcoded();
    the_stream_goes_on_while_sources_relay_and_mix_change();
    a_leap_of_timestamps_is_not_passed_on();
    telephone_events_keep_their_own_type_or_are_dropped();
    only_the_negotiated_source_is_heard();
    another_port_is_learnt_once();
    a_listener_hears_both_and_nobody_hears_the_listener();
    a_phone_that_is_not_there_is_left_alone();
    silence_is_told_once_until_it_ends();
    a_player_ends_with_the_tick_of_its_last_sample();
    reports_are_sent_and_the_round_trip_is_measured();
    ports_of_before_are_gone_and_their_slots_used_again();
    what_is_out_of_range_is_refused();
}
