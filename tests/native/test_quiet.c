/* The media thread neither allocates, nor frees, nor takes a lock, after the mixer was opened: every call to the allocator
 * and every lock in this process passes here, and those made while the media thread works are counted. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

#include "rig.h"

static _Atomic bool watching; /* the whole process, or all threads but this one */
static _Atomic uint32_t calls;
static _Thread_local bool ours; /* the control thread, while a true media thread runs */

static void note(void) {
    if (atomic_load(&watching) && !ours) atomic_fetch_add(&calls, 1);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
/* They have an allocator of their own, and tell. */
int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void *, size_t), void (*)(const volatile void *));
static void on_malloc(const volatile void *memory, size_t size) { (void)memory, (void)size, note(); }
static void on_free(const volatile void *memory) { if (memory) note(); }
static void install(void) { assert(__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) > 0); }
#else
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
extern void __libc_free(void *);
void *malloc(size_t size) { return note(), __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return note(), __libc_calloc(count, size); }
void *realloc(void *memory, size_t size) { return note(), __libc_realloc(memory, size); }
void free(void *memory) {
    if (memory) note();
    __libc_free(memory);
}
static int (*lock)(pthread_mutex_t *);
int pthread_mutex_lock(pthread_mutex_t *mutex) { return note(), lock(mutex); }
static void install(void) {
    void *found = dlsym(RTLD_NEXT, "pthread_mutex_lock");
    memcpy(&lock, &found, sizeof lock);
}
#endif

static void the_hooks_see_what_happens(void) {
    atomic_store(&watching, true);
    void *volatile memory = malloc(100);
    free(memory);
    atomic_store(&watching, false);
    assert(atomic_exchange(&calls, 0) == 2);
}

static int64_t now;

static void step(mx *m, int64_t ns) {
    for (int64_t until = now + ns; now < until;) {
        atomic_store(&watching, true);
        mx_step(m, now += 5 * MS);
        atomic_store(&watching, false);
    }
}

static void send_garbage(const struct phone *p, uint32_t *state) {
    uint8_t data[200];
    for (size_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)chance(state);
    data[0] = 0x80;
    phone_send_raw(p, data, chance(state) % sizeof data);
}

/* Everything the header offers, changed every few ticks, with loss, restarts and garbage; but for SRTP, see below. */
static void live_through(mx *m, void (*pass)(mx *, int64_t), int rounds) {
    struct phone a = phone_open(1), b = phone_open(2), c = phone_open(3);
    int16_t sound[4000] = {1000}, frames[2 * 1600];
    mx_clip *clip = mx_clip_load(sound, 4000);
    uint32_t state = 5;
    for (int round = 0; round < rounds; round++) {
        mx_port one = join(m, &a, "PCMU", false), two = join(m, &b, "PCMA", false), ear = join(m, &c, "PCMU", true);
        mx_remote events = remote_of(&a, "PCMU");
        mx_port tap, player;
        bool ended;
        events.telephone_event = events.receive_telephone_event = 101;
        assert(mx_set_remote(m, one, &events) == MX_OK && mx_detect_tones(m, two, true) == MX_OK);
        assert(mx_open_tap(m, &tap) == MX_OK && mx_open_player(m, clip, true, &player) == MX_OK);
        route(m, one, two), route(m, two, one), route(m, one, ear), route(m, two, ear);
        route(m, one, tap), route(m, two, right_of(tap)), route(m, player, right_of(tap));
        for (int i = 0; i < 50; i++) {
            if (i == 10) assert(mx_send_digits(m, one, "12#", 60, 60) == MX_OK);
            if (i == 20) route(m, player, two);
            if (i == 30) assert(mx_unroute(m, player, two) == MX_OK), a.ssrc += 10;
            if (i % 7) phone_talk(&a, (uint8_t)chance(&state));
            else a.sequence++, a.timestamp += FRAME;
            phone_talk(&b, (uint8_t)chance(&state));
            send_garbage(&a, &state);
            phone_talk(&c, 0x80);
            pass(m, PTIME);
            mx_event event;
            while (mx_next_event(m, &event)) continue;
            (void)read_tap(m, tap, frames, 1600, &ended);
            phone_flush(&a), phone_flush(&b), phone_flush(&c);
        }
        mx_port all[] = {one, two, ear, tap, player};
        for (int i = 0; i < 5; i++) assert(mx_close_port(m, all[i]) == MX_OK);
        for (ended = false; !ended; pass(m, 200 * MS)) (void)read_tap(m, tap, frames, 1600, &ended);
    }
    mx_clip_release(clip);
    phone_close(&a), phone_close(&b), phone_close(&c);
}

static void work_on_a_turned_clock_calls_no_allocator(void) {
    mx *m = rig_open(true);
    step(m, PTIME);
    live_through(m, step, 10);
    assert(atomic_load(&calls) == 0);
    mx_close(m);
}

static void wait_for(mx *m, int64_t ns) {
    (void)m;
    struct timespec t = {0, ns};
    nanosleep(&t, NULL);
}

static void its_own_thread_calls_no_allocator(void) {
    mx *m = rig_open(false);
    wait_for(m, PTIME); /* the thread has begun */
    ours = true;
    atomic_store(&watching, true);
    live_through(m, wait_for, 1);
    atomic_store(&watching, false);
    assert(atomic_load(&calls) == 0);
    mx_close(m);
}

/* What libsrtp2 does is its own (srtp.h): it is asked for as much by the media thread as without one. */
enum { SECRETS = 50, WARM = 5 };

static const uint8_t there[CRYPTO_MOST_KEY] = {1}, back[CRYPTO_MOST_KEY] = {2};

struct secret {
    _Alignas(8) uint8_t data[RTP_HEADER + FRAME + CRYPTO_ADDED];
    size_t size;
};

static struct secret next_secret(struct phone *p, struct crypto_context *context) {
    struct secret s = {.size = RTP_HEADER + FRAME};
    struct rtp_header header = {false, p->payload_type, p->sequence++, p->timestamp += FRAME, p->ssrc};
    rtp_write(s.data, &header);
    assert(crypto_protect(context, s.data, &s.size));
    return s;
}

static uint32_t asked_for_by_the_library(const char *suite, struct phone *p) {
    size_t bytes = crypto_key_bytes(suite);
    struct crypto_context *phone = crypto_open_sender(suite, there, bytes, p->ssrc);
    struct crypto_context *receive = crypto_open_receiver(suite, there, bytes);
    struct crypto_context *send = crypto_open_sender(suite, back, bytes, p->ssrc);
    for (int i = 0; i < WARM + SECRETS; i++) {
        struct secret s = next_secret(p, phone);
        atomic_store(&watching, i >= WARM);
        bool worked = crypto_unprotect(receive, s.data, &s.size) && crypto_protect(send, s.data, &s.size);
        atomic_store(&watching, false);
        assert(worked);
    }
    crypto_close(phone), crypto_close(receive), crypto_close(send);
    return atomic_exchange(&calls, 0);
}

static uint32_t asked_for_by_the_mixer(const char *suite, struct phone *a, struct phone *b) {
    size_t bytes = crypto_key_bytes(suite);
    mx_srtp srtp = {suite, back, there, bytes};
    mx_remote first = remote_of(a, "PCMU"), second = remote_of(b, "PCMU");
    struct crypto_context *phone = crypto_open_sender(suite, there, bytes, a->ssrc);
    mx *m = rig_open(true);
    first.srtp = second.srtp = &srtp;
    route(m, join_with(m, a, &first, false), join_with(m, b, &second, false));
    mx_step(m, 0);
    for (int i = 0; i < WARM + SECRETS; i++) {
        struct secret s = next_secret(a, phone);
        phone_send_raw(a, s.data, s.size);
        atomic_store(&watching, i >= WARM);
        mx_step(m, (int64_t)i * PTIME);
        atomic_store(&watching, false);
    }
    struct rtp_packet heard;
    int count = 0;
    while (phone_hear(b, &heard)) count++;
    assert(count == WARM + SECRETS);
    mx_close(m);
    crypto_close(phone);
    return atomic_exchange(&calls, 0);
}

static void nothing_is_added_to_what_the_library_of_srtp_asks_for(void) {
    const char *suites[] = {"AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32", "AEAD_AES_128_GCM", "AEAD_AES_256_GCM"};
    struct phone a = phone_open(1), b = phone_open(2);
    for (int i = 0; i < 4; i++)
        assert(asked_for_by_the_mixer(suites[i], &a, &b) == asked_for_by_the_library(suites[i], &a));
    phone_close(&a), phone_close(&b);
}

int main(void) {
    install();
    the_hooks_see_what_happens();
    work_on_a_turned_clock_calls_no_allocator();
    its_own_thread_calls_no_allocator();
    nothing_is_added_to_what_the_library_of_srtp_asks_for();
    return 0;
}
