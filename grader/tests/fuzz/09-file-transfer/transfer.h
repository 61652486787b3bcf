/* For the fuzz targets beside it: file_client and file_server in one program. What
 * comes from the network is the input, and err and errx lead back to `refused`.
 */
#define _POSIX_C_SOURCE 200809L

#include <err.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static jmp_buf refused;
static const uint8_t *next_piece;
static size_t bytes_left, piece_size;

/* In place of recv: hands out the input, piece_size bytes at a time. */
static ssize_t hand_out(void *data, size_t size)
{
    size_t n = size < piece_size ? size : piece_size;
    n = n < bytes_left ? n : bytes_left;
    memcpy(data, next_piece, n);
    next_piece += n;
    bytes_left -= n;
    return (ssize_t)n;
}

/* In place of err and errx, which would end the fuzzer. */
_Noreturn static void give_up(int status, const char *why, ...)
{
    (void)status;
    (void)why;
    longjmp(refused, 1);
}

#define recv(socket, data, size, flags) hand_out(data, size)
#define err give_up
#define errx give_up
/* Only a true main may leave out its return. */
#pragma clang diagnostic ignored "-Wreturn-type"
#define main client_main
#define usage client_usage
#include "../../../../solutions/09-file-transfer/file_client.c"
#undef main
#undef usage
#define main server_main
#define usage server_usage
#include "../../../../solutions/09-file-transfer/file_server.c"
#undef main

static void set_input(const uint8_t *data, size_t size, size_t piece)
{
    next_piece = data;
    bytes_left = size;
    piece_size = piece;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
