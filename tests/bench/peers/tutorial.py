"""tutorial.py PORT - server-sent events with Flask as in common recipes: a thread and a queue a viewer, `while True`.

One thread puts the same message into every queue once a second, which costs less than a clock for each viewer.
"""

import queue
import sys
import threading
import time

from flask import Flask, Response, request

app = Flask(__name__)
viewers = []
lock = threading.Lock()


def announce(count, interval):
    due = time.monotonic()
    for number in range(1, count + 1):
        say(f"Message {number}: The server time is: {time.ctime()} t={time.monotonic_ns()}")
        due += interval
        time.sleep(max(0, due - time.monotonic()))
    with lock:
        say("finished")
        viewers.clear()


def say(text):
    for messages in list(viewers):
        messages.put(text)


def join(count, interval):
    messages = queue.Queue()
    with lock:
        viewers.append(messages)
        if len(viewers) == 1:
            threading.Thread(target=announce, args=(count, interval), daemon=True).start()
    return messages


@app.route("/api/events")
def events():
    messages = join(int(request.args["count"]), int(request.args.get("interval", 1000)) / 1000)

    def stream():
        yield ": hello\n\n"
        while True:
            text = messages.get()
            yield f"data: {text}\n\n"
            if text == "finished":
                return

    return Response(stream(), mimetype="text/event-stream")


app.run(host="127.0.0.1", port=int(sys.argv[1]), threaded=True)
