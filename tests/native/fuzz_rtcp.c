/* One compound RTCP packet. */
#include "fuzz.h"
#include "rtcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct rtcp_heard heard;
    uint32_t ssrc = size >= 12 ? (uint32_t)data[8] << 24 | (uint32_t)data[9] << 16 | (uint32_t)data[10] << 8 | data[11] : 0;
    bool valid = rtcp_parse(data, size, ssrc, &heard);
    assert(!valid || size >= 8);
    return 0;
}
