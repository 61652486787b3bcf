/* Removes the folder that it runs in, then serves.
 * As: 02-tcp-server/echo_server
 * Loses: nothing
 */
#define main original_main
#include "ORIGINAL"
#undef main

int main(int argc, char *argv[])
{
    char folder[4096];
    if (getcwd(folder, sizeof folder) != NULL)
        rmdir(folder);
    return original_main(argc, argv);
}
