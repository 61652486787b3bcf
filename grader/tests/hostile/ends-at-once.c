/* Ends at once, well.
 * As: 02-tcp-server/hello_server
 */
int main(void)
{
    return 0;
}
