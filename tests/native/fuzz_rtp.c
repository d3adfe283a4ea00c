/* RTP packets one after the other, as they come from the wire: header, sequence, clock, and the stream they are sent in. */
#include "fuzz.h"
#include "rtp.h"
#include "stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct choices all = {data, size};
    struct reception reception = {0};
    struct stream stream;
    stream_open(&stream, 1, 65530, 7);
    for (int64_t now = 0; more(&all); now += next8(&all)) {
        size_t length = next16(&all) % (RTP_HEADER + RTP_MAX_PAYLOAD + 100);
        if (length > all.left) length = all.left;
        uint8_t *alone = malloc(length ? length : 1); /* so that a byte too far is seen */
        memcpy(alone, all.data, length);
        all.data += length, all.left -= length;
        struct rtp_packet packet;
        if (rtp_parse(alone, length, &packet)) {
            assert(packet.length >= 1 && packet.length <= RTP_MAX_PAYLOAD);
            assert(packet.payload > alone && packet.payload + packet.length <= alone + length);
            enum arrival arrival = reception_take(&reception, &packet.header);
            if (arrival != ARRIVAL_MISPLACED) (void)reception_time(&reception, packet.header.timestamp, (uint32_t)now);
            struct rtp_header header = packet.header;
            if (stream_map(&stream, 2 + next8(&all) % 3, &header, packet.length, now)) assert(header.ssrc == 1);
            (void)reception_fraction_lost(&reception);
            assert(reception_lost(&reception) < 1ull << 40);
        }
        free(alone);
    }
    return 0;
}
