/* work - what the media core costs above the libraries that it has to work with.
 *
 *     work opus|plain|SUITE CALLS SECONDS
 *
 * Calls between two phones: one speaks Opus and the other PCMU; or both speak PCMU, plainly or under SRTP with that suite
 * (RFC 4568, RFC 7714), each with keys of its own. Three ways take turns on the same sound, 200 ms each: the whole media core, on a
 * clock that is turned by hand; the least that can do the same, which receives a datagram, lets libopus decode or encode,
 * or libsrtp2 take off and put on, and sends one; and the libraries alone, without a datagram. Prints one JSON line: CPU of
 * each in microseconds for each call and second, and how often the libraries ask for memory for each packet. */
#define _GNU_SOURCE
#include <math.h>
#include <time.h>

#include "opus.h"
#include "resample.h"
#include "rig.h"

enum { MOST_CALLS = 100, WIDE = 2 * FRAME, TURN = 10, SPEECH = 100, SECOND = 50 }; /* ticks: of a turn; of speech, which repeats */
enum way { CORE, LEAST, LIBRARY, WAYS };

struct packet {
    _Alignas(8) uint8_t data[MAX_DATAGRAM];
    size_t size;
};

struct side {
    struct phone phone;
    struct crypto_context *speak[WAYS], *take[WAYS], *give[WAYS]; /* of the phone; of who takes its packets and gives it others */
    int least;                  /* socket */
    struct sockaddr_in to[WAYS]; /* where the phone sends */
    struct packet said;
};

static struct call {
    struct side sides[2];
    void *encoders[WAYS], *decoders[WAYS];
} calls[MOST_CALLS];

static uint8_t opus_said[SPEECH][RTP_MAX_PAYLOAD], ulaw_said[SPEECH][FRAME];
static uint32_t opus_length[SPEECH];
static int16_t wide_said[SPEECH][WIDE];
static bool transcoded;   /* Opus and PCMU */
static const char *suite; /* NULL: none */

static uint64_t allocations;

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
void *malloc(size_t size) { return allocations++, __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return allocations++, __libc_calloc(count, size); }
void *realloc(void *memory, size_t size) { return allocations++, __libc_realloc(memory, size); }

static uint64_t cpu_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Harmonics of a voice that glides, under three formants, in syllables, with some breath: sines alone are music to an encoder. */
static void make_speech(void) {
    static const double formants[][2] = {{600, 120}, {1300, 150}, {2500, 200}};
    const struct codec_wishes wishes = {0};
    void *encoder = calloc(1, opus_encoder_bytes());
    int32_t narrow[SPEECH * FRAME + 2 * RESAMPLE_REACH] = {0};
    uint32_t noise = 1;
    double phase = 0;
    opus_open_encoder(encoder, &wishes);
    for (int i = 0; i < SPEECH * FRAME; i++) {
        double t = i / 8000.0, pitch = 120 + 30 * sin(2 * M_PI * 0.7 * t), sum = 0;
        phase += pitch / 8000;
        for (int h = 1; h * pitch < 3600; h++) {
            double weight = 0;
            for (int f = 0; f < 3; f++) weight += exp(-pow((h * pitch - formants[f][0]) / formants[f][1], 2) / 2) / (f + 1);
            sum += weight * sin(2 * M_PI * h * phase);
        }
        double loud = fmax(0, sin(2 * M_PI * 3.3 * t));
        narrow[RESAMPLE_REACH + i] = (int32_t)(2500 * loud * sum + (int)(chance(&noise) % 200) - 100);
    }
    for (int n = 0; n < SPEECH; n++) {
        int32_t wide[WIDE] = {0};
        resample_double(wide, narrow + RESAMPLE_REACH + n * FRAME, FRAME);
        for (int i = 0; i < WIDE; i++) wide_said[n][i] = (int16_t)wide[i];
        opus_length[n] = opus_encode_span(encoder, opus_said[n], wide_said[n], FRAME);
        int16_t samples[FRAME];
        for (int i = 0; i < FRAME; i++) samples[i] = (int16_t)narrow[RESAMPLE_REACH + n * FRAME + i];
        g711_encode_ulaw(ulaw_said[n], samples, FRAME);
    }
    free(encoder);
}

static const struct codec *codec_of(int side) { return codec_called(transcoded && side == 0 ? "opus" : "PCMU"); }

static void open_keys(struct side *s, mx_srtp *srtp) {
    for (int way = 0; way < WAYS; way++) {
        s->speak[way] = crypto_open_sender(suite, srtp->receive_key, srtp->key_bytes, s->phone.ssrc);
        s->take[way] = crypto_open_receiver(suite, srtp->receive_key, srtp->key_bytes);
        s->give[way] = crypto_open_sender(suite, srtp->send_key, srtp->key_bytes, s->phone.ssrc);
    }
}

static void open_least(struct side *s) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}}, there = here;
    socklen_t length = sizeof here;
    there.sin_port = htons(s->phone.port);
    s->least = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert(bind(s->least, (struct sockaddr *)&here, sizeof here) == 0);
    assert(connect(s->least, (struct sockaddr *)&there, sizeof there) == 0);
    assert(getsockname(s->least, (struct sockaddr *)&s->to[LEAST], &length) == 0);
}

static mx_port open_side(mx *m, struct side *s, int number, int side) {
    uint8_t keys[2][CRYPTO_MOST_KEY] = {{(uint8_t)number, (uint8_t)side, 1}, {(uint8_t)number, (uint8_t)side, 2}};
    mx_srtp srtp = {suite, keys[0], keys[1], suite ? crypto_key_bytes(suite) : 0};
    s->phone = phone_open((uint32_t)(2 * number + side + 1));
    mx_remote remote = remote_with(&s->phone, codec_of(side));
    if (suite) remote.srtp = &srtp, open_keys(s, &srtp);
    mx_port port = join_with(m, &s->phone, &remote, false);
    s->to[CORE] = s->phone.mixer;
    open_least(s);
    return port;
}

static void open_calls(mx *m, int count) {
    const struct codec_wishes wishes = {0};
    for (int i = 0; i < count; i++) {
        mx_port one = open_side(m, &calls[i].sides[0], i, 0), other = open_side(m, &calls[i].sides[1], i, 1);
        route(m, one, other), route(m, other, one);
        for (int way = 0; way < WAYS; way++) {
            opus_open_encoder(calls[i].encoders[way] = calloc(1, opus_encoder_bytes()), &wishes);
            opus_open_decoder(calls[i].decoders[way] = calloc(1, opus_decoder_bytes()));
        }
    }
}

/* The packet of a phone at this tick of a way. */
static void say(struct side *s, int side, enum way way, int64_t tick) {
    int n = (int)(tick % SPEECH);
    bool opus = codec_of(side)->width > 1;
    struct rtp_header header = {false, s->phone.payload_type, (uint16_t)tick, (uint32_t)tick * FRAME * codec_of(side)->ticks,
                                s->phone.ssrc};
    s->said.size = RTP_HEADER + (opus ? opus_length[n] : FRAME);
    rtp_write(s->said.data, &header);
    memcpy(s->said.data + RTP_HEADER, opus ? opus_said[n] : ulaw_said[n], s->said.size - RTP_HEADER);
    if (suite && !crypto_protect(s->speak[way], s->said.data, &s->said.size)) abort();
    s->phone.mixer = s->to[way];
    if (way != LIBRARY) phone_send_raw(&s->phone, s->said.data, s->said.size);
}

static uint64_t hear(int count) {
    uint8_t data[MAX_DATAGRAM];
    uint64_t packets = 0;
    for (int i = 0; i < count; i++)
        for (int s = 0; s < 2; s++)
            while (recv(calls[i].sides[s].phone.fd, data, sizeof data, 0) > 0) packets++;
    return packets;
}

static void transcode(struct call *call, int from, enum way way, struct packet *p, int64_t tick) {
    int16_t samples[WIDE];
    if (from == 0) {
        opus_decode_payload(call->decoders[way], samples, p->data + RTP_HEADER, (uint32_t)p->size - RTP_HEADER);
        p->size = RTP_HEADER + FRAME;
    } else {
        p->size = RTP_HEADER + opus_encode_span(call->encoders[way], p->data + RTP_HEADER, wide_said[tick % SPEECH], FRAME);
    }
}

static void encrypt_anew(struct side *from, struct side *to, enum way way, struct packet *p) {
    if (!crypto_unprotect(from->take[way], p->data, &p->size)) abort();
    put32(p->data + 8, to->phone.ssrc);
    if (!crypto_protect(to->give[way], p->data, &p->size)) abort();
}

static void work(int count, enum way way, int64_t tick) {
    for (int i = 0; i < count; i++)
        for (int s = 0; s < 2; s++) {
            static struct packet p;
            struct side *from = &calls[i].sides[s], *to = &calls[i].sides[1 - s];
            if (way == LIBRARY) memcpy(p.data, from->said.data, p.size = from->said.size);
            else p.size = (size_t)recv(from->least, p.data, sizeof p.data, 0);
            if (suite) encrypt_anew(from, to, way, &p);
            else if (transcoded) transcode(&calls[i], s, way, &p, tick);
            if (way == LEAST && send(to->least, p.data, p.size, 0) != (ssize_t)p.size) abort();
        }
}

/* One tick; returns the CPU it took, in ns. */
static uint64_t turn(mx *m, int count, enum way way, int64_t tick, uint64_t *asked) {
    for (int i = 0; i < count; i++)
        for (int s = 0; s < 2; s++) say(&calls[i].sides[s], s, way, tick);
    uint64_t before = allocations, began = cpu_ns();
    if (way == CORE) mx_step(m, tick * PTIME);
    else work(count, way, tick);
    uint64_t spent = cpu_ns() - began, heard = hear(count);
    if (way == LIBRARY) *asked += allocations - before;
    bool all = heard == 2 * (uint64_t)count;
    if (way == LEAST ? !all : way == CORE && !all && tick > 10) abort();
    return spent;
}

int main(int argc, char **argv) {
    int count = argc == 4 ? atoi(argv[2]) : 0, seconds = argc == 4 ? atoi(argv[3]) : 0;
    transcoded = argc > 1 && strcmp(argv[1], "opus") == 0;
    suite = argc < 2 || transcoded || strcmp(argv[1], "plain") == 0 ? NULL : argv[1];
    if (count < 1 || count > MOST_CALLS || seconds < 1 || (suite && !crypto_key_bytes(suite))) {
        fputs("usage: work opus|plain|SUITE CALLS SECONDS\n", stderr);
        return 1;
    }
    mx_limits limits = rig_limits;
    mx *m;
    limits.max_ports = 2 * MOST_CALLS, limits.max_routes = 4 * MOST_CALLS;
    if (core_open(&limits, true, &m) != MX_OK) abort();
    make_speech();
    open_calls(m, count);
    double us[WAYS] = {0};
    uint64_t asked = 0;
    for (int64_t tick = 0; tick < (int64_t)seconds * SECOND; tick += TURN)
        for (enum way way = 0; way < WAYS; way++)
            for (int64_t at = tick; at < tick + TURN; at++) us[way] += (double)turn(m, count, way, at, &asked) / 1000 / count / seconds;
    printf("{\"core_us\": %.1f, \"least_us\": %.1f, \"library_us\": %.1f, \"allocations\": %.2f}\n", us[CORE], us[LEAST],
           us[LIBRARY], (double)asked / 2 / count / SECOND / seconds);
    return 0;
}
