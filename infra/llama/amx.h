/* Included before everything else when llama.cpp is compiled (see build.py).
 *
 * GCC's _tile_loadconfig tells the optimiser that it reads 8 bytes of the tile configuration; it reads 64. The optimiser
 * then drops the stores to the other 56, and the first decode on a processor with AMX crashes (llama.cpp issue 20824).
 * This is the same instruction with the whole truth about its operand. It changes nothing where AMX is not compiled in.
 */
#if defined(__AMX_TILE__) && defined(__GNUC__) && !defined(__clang__)
#include <immintrin.h>

struct quarry_tile_config {
    unsigned char bytes[64];
};

static inline __attribute__((always_inline)) void quarry_tile_loadconfig(const void *config) {
    __asm__ volatile("ldtilecfg\t%0" : : "m"(*(const struct quarry_tile_config *) config));
}

#undef _tile_loadconfig
#define _tile_loadconfig(config) quarry_tile_loadconfig(config)
#endif
