"""Three services of the labs as one would write them in Python, for grader/bench
to measure the references against.

usage: services.py greet|echo|udp    (on 127.0.0.1, at a port the system chooses)
"""
import socket
import sys
import threading


def talk_to(client, place):
    with client:
        client.sendall(b"Welcome!")
        while data := client.recv(4096):
            name = data.removesuffix(b"\n").removesuffix(b"\r")
            if name == b"exit":
                break
            client.sendall(b"Hello, " + name + b"!")
    print("connection from %s port %s closed" % place)


def greet(listener):
    while True:
        client, place = listener.accept()
        print("connection from %s port %s" % place)
        threading.Thread(target=talk_to, args=(client, place)).start()


def echo(listener):
    while True:
        client, place = listener.accept()
        print("connection from %s port %s" % place)
        with client:
            while data := client.recv(65536):
                client.sendall(data)


def udp(own):
    while True:
        data, place = own.recvfrom(65536)
        own.sendto(b"Hello, " + data + b"!", place)
        print("received from %s port %s" % place)


sys.stdout.reconfigure(line_buffering=True)
service = {"greet": greet, "echo": echo, "udp": udp}[sys.argv[1]]
if service is udp:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
else:
    sock = socket.create_server(("127.0.0.1", 0), backlog=socket.SOMAXCONN)
service(sock)
