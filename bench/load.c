/* load - speak and listen at both ends of many calls, and say what became of every packet.
 *
 *     load PLAN SECONDS SETTLE PAYLOAD_TYPE
 *
 * Each leg sends G.711 packets of 20 ms, the legs spread evenly over the 20 ms. The payload of a packet names the
 * leg and the packet's number in symbols that G.711 decoding and encoding leave alone, and is compared whole on
 * arrival. Loss, order and latency are judged by that number, never by the RTP header, which a server writes
 * anew. Packets of the first SETTLE seconds are lost apart and not timed. Prints one JSON line.
 *
 * Latency is from just before send() here to the kernel's receive timestamp here: the wire twice and whatever is
 * between. Times are nanoseconds of CLOCK_REALTIME, the clock of SO_TIMESTAMPNS. One thread. */
#define _GNU_SOURCE
#include "plan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

enum { SLOTS = 80, BATCH = 512, MAX_SECONDS = 3600 };
enum { LEG_DIGITS = 4, NUMBER_DIGITS = 6, CHECK_DIGITS = 4 }; /* hexadecimal digits of a stamp, a byte each */
static const uint64_t SECOND = 1000000000, SLOT = 250000, TAIL = 500000000; /* ns; the last packets are awaited */

struct leg {
    int fd;
    uint32_t peer, ssrc, timestamp;
    uint32_t sent;      /* packets this leg sent: their numbers are below */
    uint32_t highest;   /* one above the highest number heard from the peer */
    uint64_t *sent_at;  /* by number */
    uint64_t *heard;    /* a bit per number of the peer */
};

struct figures {
    uint64_t sent, received, lost, settling_lost, duplicates, out_of_order, wrong_leg, corrupt, unstamped;
    uint64_t malformed, refused, silent_legs;
};

struct samples { /* ns, 4 s at most */
    uint32_t *values;
    size_t count, room;
};

static struct leg *legs;
static size_t leg_count;
static uint32_t packets_per_leg, settled; /* the first number that counts */
static uint8_t payload_type;
static struct figures figures;
static struct samples latencies, lateness;

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory)
        plan_fail("memory");
    return memory;
}

static void note(struct samples *samples, uint64_t ns)
{
    if (samples->count < samples->room)
        samples->values[samples->count++] = ns > UINT32_MAX ? UINT32_MAX : (uint32_t)ns;
}

/* 0x90 to 0x9F: far from G.711's two zeros, the only codes that do not come back as they went. */
static uint8_t *write_digits(uint8_t *at, uint32_t value, int digits)
{
    while (digits--)
        *at++ = (uint8_t)(0x90 | (value >> 4 * digits & 15));
    return at;
}

static bool read_digits(const uint8_t **at, uint32_t *value, int digits)
{
    for (*value = 0; digits--; ++*at) {
        if ((**at & 0xF0) != 0x90)
            return false;
        *value = *value << 4 | (**at & 15);
    }
    return true;
}

static uint32_t check_of(uint32_t leg, uint32_t number)
{
    uint32_t mixed = (leg * 0x9E3779B1u) ^ (number * 0x85EBCA77u);
    return (mixed ^ mixed >> 16) & 0xFFFF;
}

static void write_payload(uint8_t *payload, uint32_t leg, uint32_t number)
{
    uint8_t *at = write_digits(payload, leg, LEG_DIGITS);
    at = write_digits(at, number, NUMBER_DIGITS);
    at = write_digits(at, check_of(leg, number), CHECK_DIGITS);
    for (; at < payload + SAMPLES_PER_PACKET; at++)
        *at = (uint8_t)(0x90 | ((number + (uint32_t)(at - payload)) & 15));
}

static bool read_stamp(const uint8_t *payload, uint32_t *leg, uint32_t *number)
{
    uint32_t check;
    return read_digits(&payload, leg, LEG_DIGITS) && read_digits(&payload, number, NUMBER_DIGITS) &&
           read_digits(&payload, &check, CHECK_DIGITS) && check == check_of(*leg, *number);
}

static void write_header(uint8_t *packet, const struct leg *leg)
{
    uint16_t sequence = htons((uint16_t)leg->sent);
    uint32_t timestamp = htonl(leg->timestamp), ssrc = htonl(leg->ssrc);
    packet[0] = 0x80; /* RTP version 2, RFC 3550 section 5.1 */
    packet[1] = (uint8_t)(payload_type | (leg->sent == 0 ? 0x80 : 0));
    memcpy(packet + 2, &sequence, 2);
    memcpy(packet + 4, &timestamp, 4);
    memcpy(packet + 8, &ssrc, 4);
}

static void send_next(uint32_t index)
{
    struct leg *leg = &legs[index];
    uint8_t packet[PACKET_SIZE];
    write_header(packet, leg);
    write_payload(packet + RTP_HEADER, index, leg->sent);
    leg->timestamp += SAMPLES_PER_PACKET;
    leg->sent_at[leg->sent] = clock_ns(CLOCK_REALTIME);
    ssize_t size = send(leg->fd, packet, sizeof packet, 0);
    if (size < 0) { /* the ICMP answer to an earlier one, as a rule; then this one was not sent */
        figures.refused++;
        leg->sent_at[leg->sent] = clock_ns(CLOCK_REALTIME);
        send(leg->fd, packet, sizeof packet, 0);
    }
    leg->sent++;
}

static void judge(uint32_t index, const uint8_t *packet, size_t size, uint64_t at)
{
    struct leg *leg = &legs[index];
    uint8_t expected[SAMPLES_PER_PACKET];
    uint32_t from, number;
    if (size != PACKET_SIZE || packet[0] >> 6 != 2 || (packet[1] & 0x7F) != payload_type) {
        figures.malformed++;
        return;
    }
    if (!read_stamp(packet + RTP_HEADER, &from, &number)) {
        figures.unstamped++;
        return;
    }
    if (from != leg->peer || number >= legs[from].sent) {
        figures.wrong_leg++;
        return;
    }
    write_payload(expected, from, number);
    if (memcmp(expected, packet + RTP_HEADER, sizeof expected) != 0)
        figures.corrupt++;
    uint64_t bit = 1ull << number % 64, *word = &leg->heard[number / 64];
    if (*word & bit) {
        figures.duplicates++;
        return;
    }
    *word |= bit;
    figures.received++;
    if (number < leg->highest)
        figures.out_of_order++;
    else
        leg->highest = number + 1;
    if (number >= settled)
        note(&latencies, at > legs[from].sent_at[number] ? at - legs[from].sent_at[number] : 0);
}

static uint64_t arrival(struct msghdr *message)
{
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part))
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec time;
            memcpy(&time, CMSG_DATA(part), sizeof time);
            return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
        }
    return clock_ns(CLOCK_REALTIME); /* the first packet may come before the kernel's stamping is switched on */
}

static void receive(uint32_t index)
{
    uint8_t packet[2048];
    char control[CMSG_SPACE(sizeof(struct timespec))];
    struct iovec part = {.iov_base = packet, .iov_len = sizeof packet};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t size = recvmsg(legs[index].fd, &message, 0);
    if (size >= 0)
        judge(index, packet, (size_t)size, arrival(&message));
    else if (errno == ECONNREFUSED)
        figures.refused++;
}

static void receive_until(int poller, uint64_t deadline)
{
    struct epoll_event events[BATCH];
    int ready;
    while ((ready = epoll_wait(poller, events, BATCH, 0)) > 0) {
        for (int i = 0; i < ready; i++)
            receive(events[i].data.u32);
        if (clock_ns(CLOCK_MONOTONIC) >= deadline)
            return;
    }
}

static void sleep_until(uint64_t deadline)
{
    struct timespec time = {.tv_sec = (time_t)(deadline / SECOND), .tv_nsec = (long)(deadline % SECOND)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR)
        ;
}

/* The slot of 250 us in which a leg speaks: multiples of the golden ratio spread any number of legs evenly, and the
 * two of a call, which are neighbours in a plan, apart. */
static uint32_t slot_of(size_t leg)
{
    return (uint32_t)((uint64_t)((uint32_t)leg * 0x9E3779B1u) * SLOTS >> 32);
}

/* Legs in the order in which they speak; first[s] is where those of slot s begin. */
static uint32_t *speaking_order(uint32_t first[SLOTS + 1])
{
    uint32_t *order = allocate(leg_count, sizeof *order), count = 0;
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        first[slot] = count;
        for (uint32_t leg = 0; leg < leg_count; leg++)
            if (slot_of(leg) == slot)
                order[count++] = leg;
    }
    first[SLOTS] = count;
    return order;
}

static void run(int poller)
{
    uint32_t first[SLOTS + 1], *order = speaking_order(first);
    uint64_t due = clock_ns(CLOCK_MONOTONIC) + SLOT;
    for (uint64_t tick = 0; tick < (uint64_t)packets_per_leg * SLOTS; tick++, due += SLOT) {
        uint32_t slot = tick % SLOTS;
        sleep_until(due);
        if (first[slot] < first[slot + 1])
            note(&lateness, clock_ns(CLOCK_MONOTONIC) - due);
        for (uint32_t i = first[slot]; i < first[slot + 1]; i++)
            send_next(order[i]);
        receive_until(poller, due + SLOT);
    }
    for (uint64_t end = due + TAIL; due < end; due += SLOT) {
        sleep_until(due);
        receive_until(poller, due + SLOT);
    }
    free(order);
}

static void open_leg(uint32_t index, const struct plan_leg *planned, int poller)
{
    struct leg *leg = &legs[index];
    int on = 1;
    *leg = (struct leg){.peer = planned->peer, .ssrc = 0xEA000000u + index, .timestamp = index * 8000u};
    leg->sent_at = allocate(packets_per_leg, sizeof *leg->sent_at);
    leg->heard = allocate(packets_per_leg / 64 + 1, sizeof *leg->heard);
    leg->fd = plan_connect(planned->local_port, planned->remote_port);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = index};
    if (setsockopt(leg->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) ||
        epoll_ctl(poller, EPOLL_CTL_ADD, leg->fd, &event))
        plan_fail("socket of a leg");
}

static void count_losses(void)
{
    for (size_t i = 0; i < leg_count; i++) {
        const struct leg *leg = &legs[i], *peer = &legs[leg->peer];
        figures.sent += leg->sent;
        figures.silent_legs += leg->highest == 0;
        for (uint32_t number = 0; number < peer->sent; number++)
            if (!(leg->heard[number / 64] >> number % 64 & 1))
                ++*(number < settled ? &figures.settling_lost : &figures.lost);
    }
}

static int ascending(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static double microseconds_at(const struct samples *samples, double share)
{
    if (samples->count == 0)
        return 0;
    return samples->values[(size_t)(share * (double)(samples->count - 1))] / 1000.0;
}

static void print_counts(void)
{
    const struct {
        const char *name;
        uint64_t count;
    } counts[] = {
        {"sent", figures.sent},
        {"received", figures.received},
        {"lost", figures.lost},
        {"settling_lost", figures.settling_lost},
        {"duplicates", figures.duplicates},
        {"out_of_order", figures.out_of_order},
        {"wrong_leg", figures.wrong_leg},
        {"corrupt", figures.corrupt},
        {"unstamped", figures.unstamped},
        {"malformed", figures.malformed},
        {"refused", figures.refused},
        {"silent_legs", figures.silent_legs},
    };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        printf("\"%s\": %" PRIu64 ", ", counts[i].name, counts[i].count);
}

static void print_figures(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    qsort(latencies.values, latencies.count, sizeof *latencies.values, ascending);
    qsort(lateness.values, lateness.count, sizeof *lateness.values, ascending);
    printf("{");
    print_counts();
    printf("\"latency_us_p50\": %.1f, \"latency_us_p99\": %.1f, \"latency_us_max\": %.1f, "
           "\"send_late_us_p99\": %.1f, \"send_late_us_max\": %.1f, \"cpu_us\": %ld}\n",
           microseconds_at(&latencies, 0.5), microseconds_at(&latencies, 0.99), microseconds_at(&latencies, 1),
           microseconds_at(&lateness, 0.99), microseconds_at(&lateness, 1),
           (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000L + used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

int main(int argc, char **argv)
{
    errno = 0;
    if (argc != 5)
        plan_fail("usage: load PLAN SECONDS SETTLE PAYLOAD_TYPE");
    double seconds = atof(argv[2]), settle = atof(argv[3]);
    if (!(seconds > 0 && seconds <= MAX_SECONDS && settle >= 0 && settle < seconds))
        plan_fail("a run lasts up to an hour, and longer than it settles");
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    plan_raise_file_limit();
    struct plan plan = plan_read(argv[1]);
    int poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0)
        plan_fail("epoll_create1");
    leg_count = plan.count;
    packets_per_leg = (uint32_t)(seconds * PACKETS_PER_SECOND + 0.5);
    settled = (uint32_t)(settle * PACKETS_PER_SECOND + 0.5);
    payload_type = (uint8_t)(atoi(argv[4]) & 0x7F);
    legs = allocate(leg_count, sizeof *legs);
    latencies.room = leg_count * packets_per_leg;
    latencies.values = allocate(latencies.room, sizeof *latencies.values);
    lateness.room = (size_t)packets_per_leg * SLOTS;
    lateness.values = allocate(lateness.room, sizeof *lateness.values);
    for (uint32_t i = 0; i < leg_count; i++)
        open_leg(i, &plan.legs[i], poller);
    free(plan.legs);
    run(poller);
    count_losses();
    print_figures();
    return 0;
}
