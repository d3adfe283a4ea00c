/* The delay of mixes follows the jitter of a phone, on a turned clock: nobody hears it change, what can be waited for is
 * heard, and a recording does not notice. */
#define _GNU_SOURCE
#include <math.h>

#include "rig.h"

enum {
    PEAK = 4000, /* of each of two sines, 170 and 233 Hz */
    STEP = PEAK * 2 * 314 * (170 + 233) / 100 / 8000,
    RAMP = 2 * 2 * PEAK / 40, /* of a change, at worst between opposite waves */
    ROUNDING = 300,
    SECOND = 50,              /* packets */
    ON_THEIR_WAY = 16,        /* packets, at most */
    PERIODS = 8000,           /* of both sines, in samples */
    MOST_LAG = 160,           /* 20 ms */
    COMPARED = 2400,
};

struct flying {
    int64_t due; /* 0: none */
    struct phone sent;
    int64_t first; /* sample */
};

struct scene {
    mx *m;
    struct phone talker, mixed;
    mx_port from, tap;
    int64_t now, clock; /* ns; of a packet of the talker */
    uint32_t state;
    int jitter_ms, loss_percent, lost;
    struct flying flying[ON_THEIR_WAY];
    const struct codec *codec; /* of both phones */
    int64_t said; /* samples */
    int16_t *kept; /* left side of the tap */
    size_t count, room;
    int16_t last;
    int worst, packets, spells, quiet; /* largest step and silences of 5 ms in what the mix says */
};

static int16_t table[PERIODS];

static void prepare_wave(void) {
    for (int i = 0; i < PERIODS; i++)
        table[i] = (int16_t)(PEAK * (sin(2 * M_PI * 170 * i / 8000) + sin(2 * M_PI * 233 * i / 8000)));
}

static int16_t wave(int64_t n) { return table[n % PERIODS]; }

static const struct codec *pcmu(void) { return codec_called("PCMU"); }

static struct scene begin(uint32_t playout_min_ms, uint32_t playout_max_ms, const struct codec *codec, int seconds) {
    struct scene s = {.codec = codec, .talker = phone_open(1), .mixed = phone_open(2), .state = 5, .clock = PTIME};
    mx_limits limits = rig_limits;
    limits.playout_min_ms = playout_min_ms, limits.playout_max_ms = playout_max_ms;
    assert(core_open(&limits, true, &s.m) == MX_OK);
    mx_step(s.m, 0);
    mx_remote from = remote_with(&s.talker, codec), to = remote_with(&s.mixed, codec);
    s.from = join_with(s.m, &s.talker, &from, false);
    mx_port hears = join_with(s.m, &s.mixed, &to, false);
    assert(mx_route(s.m, s.from, hears, 255) == MX_OK && mx_open_tap(s.m, &s.tap) == MX_OK);
    route(s.m, s.from, s.tap);
    s.room = (size_t)(seconds + 1) * 8000;
    s.kept = malloc(s.room * sizeof *s.kept);
    return s;
}

static void end(struct scene *s) {
    mx_close(s->m);
    phone_close(&s->talker), phone_close(&s->mixed);
    free(s->kept);
}

static void hear(struct scene *s) {
    static int16_t frames[2 * 8000];
    struct rtp_packet packet;
    int16_t samples[RTP_MAX_PAYLOAD];
    bool ended;
    for (; phone_hear(&s->mixed, &packet); s->packets++) {
        s->codec->decode(NULL, samples, packet.payload, packet.length);
        for (uint32_t i = 0; i < FRAME * s->codec->width; s->last = samples[i++]) {
            if (s->packets > SECOND && abs(samples[i] - s->last) > s->worst) s->worst = abs(samples[i] - s->last);
            s->quiet = samples[i] ? 0 : s->quiet + 1;
            s->spells += s->packets > SECOND && s->quiet == 40;
        }
    }
    size_t count = read_tap(s->m, s->tap, frames, 8000, &ended);
    assert(s->count + count <= s->room);
    for (size_t i = 0; i < count; i++) s->kept[s->count++] = frames[2 * i];
}

/* What is due has arrived, in that order. */
static void deliver(struct scene *s) {
    for (;;) {
        struct flying *next = NULL;
        for (int i = 0; i < ON_THEIR_WAY; i++)
            if (s->flying[i].due && s->flying[i].due <= s->now && (!next || s->flying[i].due < next->due)) next = &s->flying[i];
        if (!next) return;
        int16_t samples[CODEC_MOST_WIDTH * FRAME];
        uint8_t payload[RTP_MAX_PAYLOAD];
        uint32_t width = s->codec->width;
        for (uint32_t i = 0; i < FRAME * width; i++) samples[i] = wave(next->first + i / width);
        phone_send(&next->sent, payload, s->codec->encode(NULL, payload, samples, FRAME));
        next->due = 0;
    }
}

static void depart(struct scene *s) {
    bool lost = (int)(chance(&s->state) % 100) < s->loss_percent;
    int64_t delay = s->jitter_ms ? chance(&s->state) % (uint32_t)(s->jitter_ms * MS) : 0;
    struct flying *room = s->flying;
    while (room->due) room++;
    assert(room < s->flying + ON_THEIR_WAY);
    if (!lost) *room = (struct flying){s->now + delay + 1, s->talker, s->said};
    s->lost += lost;
    s->said += FRAME;
    s->talker.sequence++, s->talker.timestamp += FRAME * s->codec->ticks;
}

/* The talker speaks so many packets, of `clock` ns each. */
static void speak(struct scene *s, int packets, int64_t step) {
    while (packets-- > 0) {
        depart(s);
        int64_t next = s->now + s->clock;
        while (s->now < next) {
            s->now += next - s->now < step ? next - s->now : step;
            deliver(s);
            mx_step(s->m, s->now);
        }
        hear(s);
    }
}

static mx_port_stats stats_of(const struct scene *s) {
    mx_port_stats stats;
    assert(mx_stats(s->m, s->from, &stats) == MX_OK);
    return stats;
}

static int64_t difference(const struct scene *s, int64_t said, int64_t lag) {
    int64_t sum = 0;
    for (int i = 0; i < COMPARED; i++) sum += abs(wave(said + i) - s->kept[said + i + lag]);
    return sum;
}

/* By how many samples what was said at an instant lies beside it in the recording. `drift`: ns a packet takes too long. */
static int64_t lag(const struct scene *s, int64_t said, int64_t drift) {
    int64_t best = 0, least = INT64_MAX, about = said / FRAME * drift / NS_PER_SAMPLE;
    for (int64_t lag = about - MOST_LAG - 1; lag <= about + MOST_LAG + 1; lag++) {
        int64_t differs = difference(s, said, lag);
        if (differs < least) best = lag - about, least = differs;
    }
    return best;
}

static void without_jitter_the_delay_shrinks_to_the_least_and_with_it_grows(const struct codec *codec) {
    struct scene s = begin(20, 200, codec, 80);
    assert(stats_of(&s).playout_ms == 60);
    speak(&s, 10 * SECOND, 5 * MS);
    assert(stats_of(&s).playout_ms < 30);
    s.jitter_ms = 80;
    speak(&s, 2 * SECOND, 5 * MS);
    assert(stats_of(&s).playout_ms >= 75 && stats_of(&s).playout_ms <= 120);
    double before = stats_of(&s).concealed_ms;
    speak(&s, 28 * SECOND, 5 * MS);
    assert(stats_of(&s).concealed_ms - before <= 28 * 1000 / 50); /* one in a hundred, and half a packet for its seams */
    s.jitter_ms = 0;
    speak(&s, 30 * SECOND, 5 * MS);
    assert(stats_of(&s).playout_ms <= 40 && s.spells == 0 && s.packets > 69 * SECOND);
    assert(s.worst <= STEP + RAMP + ROUNDING);
    end(&s);
}

static void a_fixed_delay_stays(void) {
    struct scene s = begin(60, 60, pcmu(), 10);
    s.jitter_ms = 80;
    speak(&s, 10 * SECOND, 5 * MS);
    assert(stats_of(&s).playout_ms == 60 && stats_of(&s).concealed_ms > 1000);
    end(&s);
}

static void no_loss_or_jitter_moves_the_recording_or_clicks(void) {
    const int loss[] = {0, 5, 15, 30}, jitter[] = {0, 20, 40, 80};
    for (int i = 0; i < 16; i++) {
        struct scene s = begin(20, 200, pcmu(), 30);
        s.loss_percent = loss[i / 4], s.jitter_ms = jitter[i % 4];
        speak(&s, 8 * SECOND, 5 * MS);
        s.jitter_ms = 80 - s.jitter_ms; /* and another network */
        speak(&s, 8 * SECOND, 5 * MS);
        for (int64_t said = 3 * 8000; said < 15 * 8000; said += 4 * 8000) assert(llabs(lag(&s, said, 0)) <= MOST_LAG);
        assert(s.worst <= STEP + RAMP + ROUNDING && (s.spells == 0 || s.loss_percent));
        assert(mx_close_port(s.m, s.tap) == MX_OK);
        mx_step(s.m, s.now);
        hear(&s);
        assert(s.count == 16 * 8000 && s.packets >= 16 * SECOND - 1);
        end(&s);
    }
}

static void drift_is_heard_by_nobody(void) {
    const int64_t drift = PTIME / 5000; /* 200 ppm; test_timeline.c has an hour, test_recording.c the other direction */
    struct scene s = begin(20, 200, pcmu(), 602);
    s.clock = PTIME + drift, s.jitter_ms = 15;
    speak(&s, 600 * SECOND, PTIME / 2);
    for (int64_t said = 8000; said < 598LL * 8000; said += 20 * 8000) assert(llabs(lag(&s, said, drift)) <= MOST_LAG);
    assert(stats_of(&s).realigned >= 12 && stats_of(&s).realigned <= 20 && stats_of(&s).playout_ms <= 60);
    assert(s.worst <= STEP + RAMP + ROUNDING && s.spells == 0);
    end(&s);
}

int main(void) {
    codecs_prepare();
    prepare_wave();
    without_jitter_the_delay_shrinks_to_the_least_and_with_it_grows(pcmu());
    without_jitter_the_delay_shrinks_to_the_least_and_with_it_grows(codec_named("L16", 16000));
    a_fixed_delay_stays();
    no_loss_or_jitter_moves_the_recording_or_clicks();
    drift_is_heard_by_nobody();
}
