/* Writes 200 MB to its standard output at its start, then serves.
 * As: 02-tcp-server/echo_server
 */
#define main original_main
#include "ORIGINAL"
#undef main

int main(int argc, char *argv[])
{
    static char much[1 << 20];
    memset(much, 'x', sizeof much);
    for (int i = 0; i < 200; i++)
        fwrite(much, 1, sizeof much, stdout);
    return original_main(argc, argv);
}
