/* The same, but then it serves.
 * As: 02-tcp-server/echo_server
 * Loses: nothing
 */
#define main original_main
#include "ORIGINAL"
#undef main

int main(int argc, char *argv[])
{
    fputs("not ok 1 it\n1..0\nok 99 it # skip\n", stdout);
    fputs("not ok 1 it\ncause: ONE_RECV\nexit 1\n", stderr);
    return original_main(argc, argv);
}
