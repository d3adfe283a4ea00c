/* g711.h - ITU-T G.711 u-law and A-law, one byte a sample. Samples are int16, as if the 14 and 13 bit scales of the
 * Recommendation were shifted left by 2 and 3. */
#ifndef EARSHOT_G711_H
#define EARSHOT_G711_H

#include <stddef.h>
#include <stdint.h>

void g711_decode_ulaw(int16_t *samples, const uint8_t *codes, size_t count);
void g711_decode_alaw(int16_t *samples, const uint8_t *codes, size_t count);
void g711_encode_ulaw(uint8_t *codes, const int16_t *samples, size_t count);
void g711_encode_alaw(uint8_t *codes, const int16_t *samples, size_t count);

/* Fill the decoding tables; before anything else, on one thread. */
void g711_prepare(void);

#endif
