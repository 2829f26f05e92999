"""publish.py raw|grip URL COUNT SECONDS - posts COUNT stamped messages, SECONDS apart, then `finished`, to a channel.

`raw` is the format of nchan (the body is the message), `grip` is that of pushpin.
"""

import http.client
import json
import sys
import time
from urllib.parse import urlsplit


def wrapped(form, text):
    if form == "raw":
        return text
    content = {"http-stream": {"content": f"data: {text}\n\n"}}
    return json.dumps({"items": [{"channel": "clock", "formats": content}]})


def main(form, url, count, seconds):
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname, where.port)

    def publish(text):
        connection.request("POST", where.path, wrapped(form, text), {"Content-Type": "text/plain"})
        answer = connection.getresponse()
        answer.read()
        if answer.status >= 300:
            sys.exit(f"publish: {url} answered {answer.status}")

    due = time.monotonic()
    for number in range(1, count + 1):
        publish(f"Message {number}: The server time is: {time.ctime()} t={time.monotonic_ns()}")
        due += seconds
        time.sleep(max(0, due - time.monotonic()))
    publish("finished")


main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
