/* digits.h - DTMF digits as telephone events (RFC 4733): found in what comes, made for what goes.
 *
 * An event is told by many packets that carry one timestamp, its beginning, and a growing duration; the last, marked as the
 * end, is sent three times. Any of them may be lost, overtaken or repeated. Nothing here knows a socket or a mixer. */
#ifndef EARSHOT_DIGITS_H
#define EARSHOT_DIGITS_H

#include <stdbool.h>
#include <stdint.h>

#include "mixer.h"

enum {
    DIGIT_CODES = 16, /* 0 to 9, *, #, A to D: §3.2 */
    DIGIT_BLOCK = 4,  /* bytes of one event in a payload, §2.3; a payload may hold several, §2.5.1.5 */
    DIGIT_END_PACKETS = 3,
    DIGITS_WAITING = 2 * MX_MAX_DIGITS, /* asked for, and as many that another phone has sent */
};

struct digit {
    uint8_t code;
    uint32_t duration; /* samples */
};

/* Of the 16 characters that mx_send_digits() takes; -1 for any other. */
int digit_code(char symbol);
char digit_symbol(uint8_t code);

/* What comes. */
struct digit_reception {
    bool begun; /* one came since the start of the sequence: the rest is about the newest */
    bool open;  /* and it was not told yet */
    uint8_t code;
    uint32_t start, segment; /* timestamps: of the event, of its newest segment (§2.5.1.3) */
    uint32_t duration;       /* samples, as far as is known */
    int64_t heard_at;
};

/* One block of a packet with this timestamp. Returns how many digits it made known, 0 to 2: the one before, whose end was
 * lost, and its own, when this is its first end packet. Events above DIGIT_CODES are none of ours. */
uint32_t digits_take(struct digit_reception *r, const uint8_t *block, uint32_t timestamp, int64_t now,
                     struct digit found[2]);

/* The digit whose end never came, 200 ms after its last packet. False: there is none. */
bool digits_expire(struct digit_reception *r, int64_t now, struct digit *found);

/* Timestamps start anew. True: a digit was open, and ends with this. */
bool digits_restart(struct digit_reception *r, struct digit *found);

/* What goes: digits that wait for their turn; the first of them may be sounding. */
struct digit_queue {
    struct {
        uint8_t code;
        uint16_t duration, gap; /* samples */
        bool asked;             /* by mx_send_digits() */
    } waiting[DIGITS_WAITING];
    uint32_t first, count;
    bool sounding;        /* its packets are sent, and nothing else */
    int64_t start, rests_until;
    uint32_t ends;        /* end packets sent */
};

struct digit_packet {
    uint8_t block[DIGIT_BLOCK];
    int64_t start; /* position for the timestamp */
    bool marker;   /* of the first packet */
};

/* There is room for it. `asked`: by mx_send_digits(). */
void digits_queue(struct digit_queue *q, uint8_t code, uint32_t duration, uint32_t gap, bool asked);

/* What is sent at this tick, if anything. `done`: with it one that was asked for has left. */
bool digits_send(struct digit_queue *q, int64_t tick, struct digit_packet *packet, bool *done);

/* Forget all of them; returns how many were asked for. */
uint32_t digits_drop(struct digit_queue *q);

#endif
