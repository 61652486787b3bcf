/* Has web_server receive and read what libFuzzer makes up. A request that it
 * takes must have a path that stays below the root, and a redirect must stay on
 * this host.
 */
#define main web_server_main
#include "../../../../solutions/07-web-server/web_server.c"
#undef main

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run: the input at hand is kept. */
static void demand(bool holds)
{
    if (!holds)
        abort();
}

/* Looks at a request that was found right. */
static void check_request(const struct request *request)
{
    char field[HEAD_SIZE + 32];
    size_t length = strlen(request->path);
    demand(strncmp(request->path, "./", 2) == 0 && length < HEAD_SIZE + 2);
    demand(!has_dots(request->path));
    demand(strcmp(request->method, "GET") == 0 ||
           strcmp(request->method, "HEAD") == 0);
    demand(request->hosts == 1 || (request->old && request->hosts == 0));
    demand(find_type(request->path) != NULL);
    if (request->path[length - 1] == '/')
        return;
    format_location(request->encoded, field, sizeof field);
    demand(strncmp(field, "Location: /", 11) == 0);
    demand(field[11] != '/' && field[11] != '\\');
    length = strcspn(field, "\r\n");
    demand(strcmp(field + length, "\r\n") == 0 && field[length - 1] == '/');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct request *request = calloc(1, sizeof *request);
    int ends[2];
    if (request == NULL || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
        err(1, "prepare a request");
    /* Two pieces: where they meet is no place to judge a request. */
    size_t half = size / 2;
    demand(send_all(ends[1], data, half) == 0);
    demand(send_all(ends[1], data + half, size - half) == 0);
    close(ends[1]);
    request->client = ends[0];
    int status = receive_head(request);
    if (status == 200)
        status = parse_head(request);
    demand(status == 0 || reasons[status] != NULL);
    if (status == 200)
        check_request(request);
    close(ends[0]);
    free(request);
    return 0;
}
