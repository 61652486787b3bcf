/* Writes a result to every descriptor that somebody may have left open, then
 * serves.
 * As: 02-tcp-server/echo_server
 * Loses: nothing
 */
#define main original_main
#include "ORIGINAL"
#undef main

int main(int argc, char *argv[])
{
    for (int fd = 3; fd < 256; fd++)
        if (write(fd, "not ok 1\nexit 0\nbye\n", 20) == -1)
            continue;
    return original_main(argc, argv);
}
