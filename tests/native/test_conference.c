/* Sixty-four parties in one conference: each hears all others and not itself, to the sample; and who whispers is heard by
 * one side alone, who barges by both, who listens by nobody, on file neither whisper nor listener. */
#include "rig.h"

enum { PARTIES = 64, WARM_UP = 10, PACKETS = 15 };

static const struct codec *l16;

static mx *open_hall(void) {
    mx_limits limits = rig_limits;
    mx *m;
    limits.max_ports = PARTIES + 2;
    limits.max_routes = PARTIES * PARTIES;
    assert(core_open(&limits, true, &m) == MX_OK);
    mx_step(m, 0);
    return m;
}

static void say(struct phone *p, int16_t value) {
    int16_t samples[FRAME];
    uint8_t payload[2 * FRAME];
    for (int i = 0; i < FRAME; i++) samples[i] = value;
    phone_send(p, payload, l16->encode(NULL, payload, samples, FRAME));
    p->sequence++;
    p->timestamp += FRAME;
}

/* The steady value of the newest packet; -1 when nothing came. */
static int heard(const struct phone *p) {
    struct rtp_packet packet;
    int value = -1;
    while (phone_hear(p, &packet)) {
        int16_t samples[RTP_MAX_PAYLOAD];
        l16->decode(NULL, samples, packet.payload, packet.length);
        value = samples[0];
        for (uint32_t i = 1; i < packet.length / 2; i++) assert(samples[i] == value);
    }
    return value;
}

static int value_of(int party) { return 10 * party + 7; }

static void each_of_sixty_four_hears_all_but_itself(void) {
    static struct phone phones[PARTIES];
    static mx_port ports[PARTIES];
    mx *m = open_hall();
    int all = 0;
    for (int i = 0; i < PARTIES; i++) {
        phones[i] = phone_open((uint32_t)i + 1);
        mx_remote remote = remote_with(&phones[i], l16);
        ports[i] = join_with(m, &phones[i], &remote, false);
        all += value_of(i);
        mx_step(m, MS);
    }
    for (int i = 0; i < PARTIES; i++) {
        for (int j = 0; j < PARTIES; j++)
            if (i != j) route(m, ports[i], ports[j]);
        mx_step(m, 2 * MS);
    }
    for (int64_t n = 1; n <= WARM_UP + PACKETS; n++) {
        for (int i = 0; i < PARTIES; i++) say(&phones[i], (int16_t)value_of(i));
        mx_step(m, n * PTIME);
        for (int i = 0; i < PARTIES; i++) {
            int value = heard(&phones[i]);
            if (n > WARM_UP) assert(value == all - value_of(i));
        }
    }
    mx_close(m);
    for (int i = 0; i < PARTIES; i++) phone_close(&phones[i]);
}

enum { CUSTOMER = 100, AGENT = 2000, SUPERVISOR = 5000 };

/* What customer, agent, supervisor and the two sides of the recording hear while the supervisor is in this mode. */
static void check_mode(bool to_agent, bool to_customer, bool listen_only) {
    struct phone c = phone_open(1), a = phone_open(2), s = phone_open(3);
    mx *m = open_hall();
    mx_remote rc = remote_with(&c, l16), ra = remote_with(&a, l16), rs = remote_with(&s, l16);
    mx_port customer = join_with(m, &c, &rc, false), agent = join_with(m, &a, &ra, false);
    mx_port supervisor = join_with(m, &s, &rs, listen_only), tap;
    assert(mx_open_tap(m, &tap) == MX_OK);
    route(m, customer, agent), route(m, agent, customer), route(m, customer, supervisor), route(m, agent, supervisor);
    route(m, customer, tap), route(m, agent, right_of(tap));
    if (to_agent) route(m, supervisor, agent);
    if (to_customer) route(m, supervisor, customer);
    if (listen_only) assert(mx_route(m, supervisor, agent, 256) == MX_REFUSED);
    for (int64_t n = 1; n <= WARM_UP + PACKETS; n++) {
        say(&c, CUSTOMER), say(&a, AGENT), say(&s, SUPERVISOR);
        mx_step(m, n * PTIME);
        int at_customer = heard(&c), at_agent = heard(&a), at_supervisor = heard(&s);
        if (n <= WARM_UP) continue;
        assert(at_customer == AGENT + (to_customer ? SUPERVISOR : 0));
        assert(at_agent == CUSTOMER + (to_agent ? SUPERVISOR : 0));
        assert(at_supervisor == CUSTOMER + AGENT);
    }
    static int16_t frames[2 * 8000];
    bool ended;
    size_t count = read_tap(m, tap, frames, 8000, &ended);
    assert(count > 1000 && frames[2 * count - 2] == CUSTOMER && frames[2 * count - 1] == AGENT);
    mx_close(m);
    phone_close(&c), phone_close(&a), phone_close(&s);
}

int main(void) {
    codecs_prepare();
    l16 = codec_named("L16", 8000);
    each_of_sixty_four_hears_all_but_itself();
    check_mode(false, false, true);
    check_mode(false, false, false);
    check_mode(true, false, false);
    check_mode(true, true, false);
}
