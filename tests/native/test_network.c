/* Ports on a turned clock: RTCP beside RTP or on one port with it, IPv4 and IPv6, marked packets, ticks that are late. */
#define _GNU_SOURCE
#include "rig.h"

enum { SECOND = 1000 * MS };

static const uint8_t receiver_report[] = {0x80, 201, 0, 1, 0, 0, 0, 9};

static int64_t now;

static mx *begin(const char *host6) {
    mx *m;
    mx_limits limits = rig_limits;
    limits.host6 = host6;
    assert(core_open(&limits, true, &m) == MX_OK);
    mx_step(m, now = 0);
    return m;
}

static void pass(mx *m, int64_t ns) {
    for (int64_t until = now + ns; now < until;) mx_step(m, now += 5 * MS);
}

static mx_port_stats stats_of(const mx *m, mx_port port) {
    mx_port_stats stats;
    assert(mx_stats(m, port, &stats) == MX_OK);
    return stats;
}

/* Somebody else could have it. */
static bool is_free(uint16_t port) {
    int fd = rig_socket(port);
    if (fd >= 0) close(fd);
    return fd >= 0;
}

static int reports_at(int fd) {
    uint8_t data[MAX_DATAGRAM];
    int reports = 0;
    for (ssize_t size; (size = recv(fd, data, sizeof data, 0)) >= 0;) reports += rtcp_is_meant(data, (size_t)size);
    return reports;
}

static void rtcp_comes_and_goes_by_the_rtp_port_once_that_was_agreed(void) {
    mx *m = begin(NULL);
    struct phone p = phone_open(1);
    mx_remote remote = remote_of(&p, "PCMU");
    mx_port port = join_with(m, &p, &remote, false);
    uint16_t above = (uint16_t)(ntohs(p.mixer.sin_port) + 1);
    pass(m, PTIME);
    phone_send_raw(&p, receiver_report, sizeof receiver_report);
    pass(m, PTIME);
    assert(stats_of(m, port).rtcp_received == 0 && stats_of(m, port).malformed == 1 && !is_free(above));
    remote.rtcp_mux = true;
    assert(mx_set_remote(m, port, &remote) == MX_OK);
    pass(m, PTIME);
    assert(is_free(above));
    for (int i = 0; i < 500; i++) {
        phone_talk(&p, 0x80);
        if (i % 10 == 0) phone_send_raw(&p, receiver_report, sizeof receiver_report);
        pass(m, PTIME);
    }
    assert(stats_of(m, port).received == 500 && stats_of(m, port).rtcp_received == 50 && stats_of(m, port).malformed == 1);
    assert(reports_at(p.fd) >= 1 && reports_at(p.rtcp_fd) == 0);
    remote.rtcp_mux = false;
    assert(mx_set_remote(m, port, &remote) == MX_OK && !is_free(above));
    pass(m, 10 * (int64_t)SECOND);
    assert(reports_at(p.fd) == 0 && reports_at(p.rtcp_fd) >= 1);
    struct sockaddr_in to = p.mixer;
    to.sin_port = htons(above);
    assert(sendto(p.rtcp_fd, receiver_report, sizeof receiver_report, 0, (struct sockaddr *)&to, sizeof to) > 0);
    pass(m, PTIME);
    assert(stats_of(m, port).rtcp_received == 51);
    mx_close(m);
    assert(is_free(above));
    phone_close(&p);
}

static void a_port_that_is_gone_meanwhile_costs_reports_only(void) {
    mx *m = begin(NULL);
    struct phone p = phone_open(1);
    mx_remote remote = remote_of(&p, "PCMU");
    remote.rtcp_mux = true;
    mx_port port = join_with(m, &p, &remote, false);
    pass(m, PTIME);
    int taken = rig_socket((uint16_t)(ntohs(p.mixer.sin_port) + 1));
    assert(taken >= 0);
    remote.rtcp_mux = false;
    assert(mx_set_remote(m, port, &remote) == MX_OK);
    phone_talk(&p, 0x80);
    pass(m, 10 * (int64_t)SECOND);
    assert(reports_at(p.rtcp_fd) >= 1 && stats_of(m, port).received == 1);
    close(taken);
    mx_close(m);
    phone_close(&p);
}

static void a_report_is_not_what_a_source_is_learnt_by(void) {
    mx *m = begin(NULL);
    struct phone p = phone_open(1), other = phone_open(2);
    mx_remote remote = remote_of(&p, "PCMU");
    remote.rtcp_mux = true, remote.address = "127.0.0.9", remote.learn_from = "127.0.0.1";
    mx_port port = join_with(m, &p, &remote, false);
    other.mixer = p.mixer;
    phone_send_raw(&other, receiver_report, sizeof receiver_report);
    pass(m, PTIME);
    phone_talk(&p, 0x80);
    pass(m, PTIME);
    assert(stats_of(m, port).received == 1 && stats_of(m, port).rtcp_received == 1);
    mx_close(m);
    phone_close(&p), phone_close(&other);
}

struct phone6 {
    int fd;
    struct sockaddr_in6 own, mixer;
};

static struct phone6 phone6_open(void) {
    struct phone6 p = {.own = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT}};
    socklen_t size = sizeof p.own;
    p.fd = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (p.fd < 0 || bind(p.fd, (struct sockaddr *)&p.own, size) < 0) exit(0); /* a machine without IPv6 */
    assert(getsockname(p.fd, (struct sockaddr *)&p.own, &size) == 0);
    return p;
}

static mx_port join6(mx *m, struct phone6 *p) {
    mx_port port;
    uint16_t rtp_port;
    mx_remote remote = remote_of(&(struct phone){.port = ntohs(p->own.sin6_port)}, "PCMU");
    assert(mx_open_rtp(m, MX_IPV6, false, &port, &rtp_port) == MX_OK);
    assert(mx_set_remote(m, port, &remote) == MX_INVALID); /* 127.0.0.1 */
    remote.address = "::1", remote.learn_from = "127.0.0.1";
    assert(mx_set_remote(m, port, &remote) == MX_INVALID);
    remote.learn_from = NULL;
    assert(mx_set_remote(m, port, &remote) == MX_OK);
    p->mixer = (struct sockaddr_in6){
        .sin6_family = AF_INET6, .sin6_port = htons(rtp_port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    return port;
}

static void talk6(const struct phone6 *p, uint16_t sequence) {
    uint8_t data[RTP_HEADER + FRAME];
    rtp_write(data, &(struct rtp_header){.sequence = sequence, .timestamp = sequence * FRAME, .ssrc = 6});
    memset(data + RTP_HEADER, 0x80, FRAME);
    assert(sendto(p->fd, data, sizeof data, 0, (const struct sockaddr *)&p->mixer, sizeof p->mixer) == sizeof data);
}

/* RTP packets that came, all with this in the octet of their DSCP. */
static int heard_with(int fd, int level, int type, int octet) {
    uint8_t data[MAX_DATAGRAM], space[256];
    int count = 0;
    for (;; count++) {
        struct iovec into = {data, sizeof data};
        struct msghdr message = {.msg_iov = &into, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space};
        if (recvmsg(fd, &message, 0) < 0) return count;
        const struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        assert(c && c->cmsg_level == level && c->cmsg_type == type && *CMSG_DATA(c) == octet);
    }
}

static void ask_for_marks(int fd, int level, int option) {
    int on = 1;
    assert(setsockopt(fd, level, option, &on, sizeof on) == 0);
}

static void a_phone_of_either_family_hears_the_other_and_packets_are_marked(void) {
    mx *m = begin("::1");
    struct phone four = phone_open(4);
    struct phone6 six = phone6_open(), stranger = phone6_open();
    mx_port one = join(m, &four, "PCMU", false), two = join6(m, &six);
    route(m, one, two), route(m, two, one);
    ask_for_marks(four.fd, IPPROTO_IP, IP_RECVTOS);
    ask_for_marks(six.fd, IPPROTO_IPV6, IPV6_RECVTCLASS);
    stranger.mixer = six.mixer;
    pass(m, PTIME);
    for (uint16_t i = 0; i < 50; i++) {
        talk6(&stranger, (uint16_t)(i + 1000));
        phone_talk(&four, 0x80);
        talk6(&six, i);
        pass(m, PTIME);
    }
    assert(stats_of(m, one).received == 50 && stats_of(m, two).received == 50 && stats_of(m, two).sent == 50);
    assert(heard_with(four.fd, IPPROTO_IP, IP_TOS, 46 << 2) == 50);
    assert(heard_with(six.fd, IPPROTO_IPV6, IPV6_TCLASS, 46 << 2) == 50);
    assert(heard_with(stranger.fd, IPPROTO_IPV6, IPV6_TCLASS, 0) == 0);
    mx_close(m);
    phone_close(&four), close(six.fd), close(stranger.fd);
}

static void without_an_address_of_a_family_there_is_no_port_of_it(void) {
    mx_port port;
    uint16_t rtp_port;
    mx *m = begin(NULL);
    assert(mx_open_rtp(m, MX_IPV6, false, &port, &rtp_port) == MX_INVALID);
    mx_close(m);
    mx_limits limits = rig_limits;
    const char *const wrong[][2] = {{NULL, NULL}, {"::1", NULL}, {NULL, "127.0.0.1"}, {NULL, "::ffff:127.0.0.1"}, {NULL, "fe80::1%lo"}};
    for (int i = 0; i < 5; i++) {
        limits.host = wrong[i][0], limits.host6 = wrong[i][1];
        assert(core_open(&limits, true, &m) == MX_INVALID);
    }
    limits = rig_limits, limits.dscp = 64;
    assert(core_open(&limits, true, &m) == MX_INVALID);
}

static void late_ticks_are_told_at_once_and_then_every_ten_seconds(void) {
    mx *m = begin(NULL);
    mx_event event;
    pass(m, SECOND);
    mx_step(m, now += PTIME + 10 * MS); /* as late as it may be */
    pass(m, 10 * MS);
    assert(!mx_next_event(m, &event) && mx_get_totals(m).late_ticks == 0);
    for (int i = 0; i < 3; i++) {
        mx_step(m, now += PTIME + (11 + i) * MS);
        mx_step(m, now += PTIME - (11 + i) * MS);
    }
    assert(mx_next_event(m, &event) && event.kind == MX_TICKS_LATE && event.count == 1 && event.duration_ms == 11);
    assert(!mx_next_event(m, &event) && mx_get_totals(m).late_ticks == 3 && mx_get_totals(m).worst_ms == 13);
    pass(m, 10 * (int64_t)SECOND);
    assert(!mx_next_event(m, &event));
    mx_step(m, now += PTIME + 12 * MS);
    assert(mx_next_event(m, &event) && event.kind == MX_TICKS_LATE && event.count == 3 && event.duration_ms == 13);
    mx_close(m);
}

int main(void) {
    rtcp_comes_and_goes_by_the_rtp_port_once_that_was_agreed();
    a_port_that_is_gone_meanwhile_costs_reports_only();
    a_report_is_not_what_a_source_is_learnt_by();
    late_ticks_are_told_at_once_and_then_every_ten_seconds();
    without_an_address_of_a_family_there_is_no_port_of_it();
    a_phone_of_either_family_hears_the_other_and_packets_are_marked();
}
