/* Packets that come two at a time, on a turned clock: none is left behind in its socket for long, and strangers stay out
 * whatever was waiting before the peer was known. */
#include "rig.h"

enum { LOUD = 0x80 };

static int64_t now;

static void pass(mx *m, int64_t ns) {
    for (int64_t until = now + ns; now < until;) mx_step(m, now += 5 * MS);
}

struct pair {
    mx *m;
    struct phone from, to;
    mx_port source;
};

static struct pair begin(void) {
    struct pair p = {.m = rig_open(true), .from = phone_open(1), .to = phone_open(2)};
    now = 0;
    mx_step(p.m, 0);
    p.source = join(p.m, &p.from, "PCMU", false);
    route(p.m, p.source, join(p.m, &p.to, "PCMU", false));
    for (int i = 0; i < 10; i++) phone_talk(&p.from, LOUD), pass(p.m, PTIME);
    assert(phone_flush(&p.to) == 10);
    return p;
}

static void end(struct pair *p) {
    mx_close(p->m);
    phone_close(&p->from), phone_close(&p->to);
}

static void what_a_late_packet_held_up_comes_with_it(void) {
    struct pair p = begin();
    for (int late = 1; late < 60; late += 7) {
        pass(p.m, late * (int64_t)PTIME);
        for (int i = 0; i <= late; i++) phone_talk(&p.from, LOUD); /* all at once */
        pass(p.m, 5 * MS);
        assert(phone_flush(&p.to) == late + 1);
        pass(p.m, PTIME - 5 * MS);
    }
    end(&p);
}

static void a_phone_that_sends_two_at_a_time_is_not_held_up(void) {
    struct pair p = begin();
    for (int i = 0; i < 50; i++) {
        phone_talk(&p.from, LOUD), phone_talk(&p.from, LOUD);
        pass(p.m, 2 * PTIME);
        assert(i == 0 || phone_flush(&p.to) >= 2);
    }
    end(&p);
}

static void one_that_came_early_holds_up_nothing_for_more_than_a_fifth_of_a_second(void) {
    struct pair p = begin();
    phone_talk(&p.from, LOUD), phone_talk(&p.from, LOUD); /* on time, and 20 ms early; then all are */
    int heard = 0, sent = 2;
    for (int i = 0; i < 11; i++, sent++) {
        pass(p.m, PTIME);
        heard += phone_flush(&p.to);
        assert(heard >= sent - 1);
        phone_talk(&p.from, LOUD);
    }
    for (int i = 0; i < 50; i++, sent++) {
        pass(p.m, PTIME);
        heard += phone_flush(&p.to);
        assert(heard == sent);
        phone_talk(&p.from, LOUD);
    }
    end(&p);
}

static void a_stranger_who_waited_is_not_let_in_when_the_peer_is_known(void) {
    mx *m = rig_open(true);
    struct phone peer = phone_open(1), stranger = phone_open(1);
    mx_port port;
    uint16_t rtp_port;
    mx_port_stats stats;
    now = 0;
    assert(mx_open_rtp(m, MX_IPV4, false, &port, &rtp_port) == MX_OK);
    stranger.mixer = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(rtp_port),
                                          .sin_addr = {htonl(INADDR_LOOPBACK)}};
    for (int i = 0; i < 20; i++) phone_talk(&stranger, LOUD); /* nobody has looked yet */
    mx_remote remote = remote_of(&peer, "PCMU");
    assert(mx_set_remote(m, port, &remote) == MX_OK);
    peer.mixer = stranger.mixer;
    for (int i = 0; i < 20; i++) {
        phone_talk(&stranger, LOUD);
        pass(m, PTIME);
        phone_talk(&peer, LOUD);
    }
    pass(m, PTIME);
    assert(mx_stats(m, port, &stats) == MX_OK && stats.received == 20 && stats.strangers == 21);
    mx_close(m);
    phone_close(&peer), phone_close(&stranger);
}

int main(void) {
    codecs_prepare();
    what_a_late_packet_held_up_comes_with_it();
    a_phone_that_sends_two_at_a_time_is_not_held_up();
    one_that_came_early_holds_up_nothing_for_more_than_a_fifth_of_a_second();
    a_stranger_who_waited_is_not_let_in_when_the_peer_is_known();
}
