/* Loops for ever before it does anything.
 * As: 02-tcp-server/hello_server
 */
int main(void)
{
    for (;;)
        ;
}
