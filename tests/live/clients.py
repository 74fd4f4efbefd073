#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Clients that misbehave: clients.py PORT KIND...

Each KIND is one client, all at once. Prints a line for each, `KIND SECONDS`: how long it took
until the server ended the connection, or `KIND patience` if it had not after PATIENCE.
"""
import socket
import sys
import threading
import time

PATIENCE = 60
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
one_at_a_time = threading.Lock()


def until_closed(sock, end):
    """Wait for the end without sending."""
    while time.monotonic() < end:
        try:
            if not sock.recv(4096):
                return True
        except socket.timeout:
            continue
    return False


def drip(sock, end, start=b"", piece=b"x", pause=0.3):
    """Send a little, now and then, and never enough."""
    try:
        sock.sendall(start)
        while time.monotonic() < end:
            sock.sendall(piece)
            time.sleep(pause)
    except OSError:
        return True
    return False


def flood(sock, end, start, piece):
    """Send as fast as it is taken."""
    try:
        sock.sendall(start)
        while time.monotonic() < end:
            sock.sendall(piece)
    except OSError:
        return True
    return False


def silent(sock, end):
    return until_closed(sock, end)


def slow_headers(sock, end):
    return drip(sock, end, b"GET /metrics HTTP/1.1\r\nHost: ")


def slow_line(sock, end):
    return drip(sock, end, b"", b"G")


def slow_body(sock, end):
    return drip(sock, end, b"POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n")


def slow_reader(sock, end):
    """Stays to the end: what was sent to it must not keep its place until then."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    sock.sendall(GET * 50)
    while time.monotonic() < end:
        sock.recv(1)
        time.sleep(0.3)
    return False


def cut(sock, end):
    """Half a request, and gone; again and again."""
    address = sock.getpeername()
    sock.close()
    for i in range(200):
        with socket.create_connection(address, timeout=5) as one:
            one.sendall(GET[: i % len(GET)])
            if i % 2:  # with a reset, not a farewell
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    return True


def garbage(sock, end):
    return flood(sock, end, b"", bytes(range(256)) * 16)


def no_http(sock, end):
    sock.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
    return until_closed(sock, end)


def endless_line(sock, end):
    return flood(sock, end, b"GET /", b"a" * 4096)


def endless_headers(sock, end):
    return flood(sock, end, GET[:-2], b"a: b\r\n" * 512)


def endless_body(sock, end):
    return flood(sock, end, b"PUT / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
                 b"1000\r\n" + b"z" * 4096 + b"\r\n")


def bad_length(sock, end):
    sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -18446744073709551617\r\n\r\n")
    return until_closed(sock, end)


def run(kind, port):
    begin = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as sock:
        sock.settimeout(1)
        try:
            ended = globals()[kind](sock, begin + PATIENCE)
        except OSError:
            ended = True
    took = time.monotonic() - begin
    with one_at_a_time:  # print() writes word by word
        print(kind, f"{took:.1f}" if ended else "patience", flush=True)


def main():
    port = int(sys.argv[1])
    threads = [threading.Thread(target=run, args=(kind, port)) for kind in sys.argv[2:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


main()
