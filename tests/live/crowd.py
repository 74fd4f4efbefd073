#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Scrapes beside a crowd: crowd.py PORT CLIENTS SCRAPES

Keeps CLIENTS connections open, of which a third is silent, a third has sent half a request and a
third drips; who is sent away comes back at once. Meanwhile asks for /metrics SCRAPES times. Prints
how many were answered and the slowest in ms: `answered N slowest MS returned TIMES`.
"""
import resource
import selectors
import socket
import sys
import threading
import time

HALF = b"GET /metrics HTTP/1.1\r\nHost: local"


class Crowd(threading.Thread):
    def __init__(self, port, number):
        super().__init__(daemon=True)
        self.port, self.number = port, number
        self.selector = selectors.DefaultSelector()
        self.full, self.returned, self.drips = threading.Event(), 0, []

    def come(self, kind):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(("127.0.0.1", self.port))
        if kind:
            try:
                sock.send(HALF if kind == 1 else b"G")
            except OSError:  # it still waits for its handshake
                pass
        self.selector.register(sock, selectors.EVENT_READ, kind)

    def run(self):
        for i in range(self.number):
            self.come(i % 3)
        self.full.set()
        last = time.monotonic()
        while True:
            for key, _ in self.selector.select(0.1):
                try:
                    if key.fileobj.recv(4096):
                        continue
                except OSError:
                    pass
                self.selector.unregister(key.fileobj)
                key.fileobj.close()
                self.come(key.data)
                self.returned += 1
            if time.monotonic() - last > 0.5:
                last = time.monotonic()
                for key in list(self.selector.get_map().values()):
                    if key.data == 2:
                        try:
                            key.fileobj.send(b"x")
                        except OSError:
                            pass


def scrape(port):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as sock:
        sock.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        while True:
            piece = sock.recv(65536)
            if not piece:
                return answer.startswith(b"HTTP/1.1 200 ") and b"gfptrace_requests" in answer
            answer += piece


def main():
    port, clients, scrapes = map(int, sys.argv[1:])
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, clients + 1000), hard))
    crowd = Crowd(port, clients)
    crowd.start()
    crowd.full.wait(60)
    answered, slowest = 0, 0
    for _ in range(scrapes):
        began = time.monotonic()
        try:
            answered += scrape(port)
        except OSError:
            pass
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(0.1)
    print(f"answered {answered} slowest {slowest * 1000:.0f} returned {crowd.returned}")


main()
