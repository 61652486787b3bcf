/* Makes 300 files and a folder 100 deep that nobody may enter, then goes on.
 * As: 02-tcp-server/echo_server
 * Loses: nothing
 */
#define main original_main
#include "ORIGINAL"
#undef main

#include <sys/stat.h>

int main(int argc, char *argv[])
{
    char name[40];
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "file\n%d\033[31m", i);
        FILE *file = fopen(name, "w");
        if (file != NULL)
            fclose(file);
    }
    for (int i = 0; i < 100; i++) {
        mkdir("inside", 0700);
        if (chdir("inside") == -1)
            break;
    }
    chmod(".", 0);
    return original_main(argc, argv);
}
