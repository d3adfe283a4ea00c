/* rtcp.h - compound RTCP packets: SR or RR with SDES CNAME, and BYE (RFC 3550 §6). */
#ifndef EARSHOT_RTCP_H
#define EARSHOT_RTCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RTCP_CNAME = 24,       /* characters: 96 random bits in hex, RFC 7022 §5 */
    RTCP_MAX_REPORT = 128, /* bytes that rtcp_write() needs at most */
};

/* What is said about the sender heard (§6.4.1). */
struct rtcp_block {
    uint32_t ssrc;
    uint8_t fraction_lost;
    uint64_t lost;
    uint32_t extended_highest;
    uint32_t jitter;          /* samples */
    uint32_t last_sr;         /* middle 32 bits of its NTP time; 0: none came */
    uint32_t delay_since_sr;  /* 1/65536 s */
};

struct rtcp_report {
    uint32_t ssrc;
    bool sent;                /* a sender report, else a receiver report */
    uint64_t ntp;             /* now, 32.32 bits since 1900 */
    uint32_t timestamp;       /* RTP timestamp of the same instant */
    uint32_t packets, octets;
    const struct rtcp_block *block; /* NULL: nobody was heard */
    const char *cname;        /* RTCP_CNAME characters */
    bool bye;
};

/* Returns the bytes written, at most RTCP_MAX_REPORT. */
size_t rtcp_write(uint8_t *data, const struct rtcp_report *report);

struct rtcp_heard {
    bool reported;            /* the packet was an SR */
    uint32_t sr_ntp;          /* middle 32 bits of its NTP time */
    bool about_us;            /* it held a block about `our_ssrc` */
    uint32_t last_sr, delay_since_sr; /* of that block */
};

/* Of what comes by a port for both: RTCP, by its packet type (RFC 5761 §4). */
bool rtcp_is_meant(const uint8_t *data, size_t size);

/* False: not a compound packet as §6.1 and A.2 want it. */
bool rtcp_parse(const uint8_t *data, size_t size, uint32_t our_ssrc, struct rtcp_heard *heard);

#endif
