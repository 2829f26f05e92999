// better-sse.js SOCKET - /api/events with better-sse: each stream has its own timer and messages, as in casecast.
// Pings and the reconnection time are off, because casecast writes neither in this measurement.

import { createServer } from "node:http";
import { createSession } from "better-sse";

function say(session, number) {
    const now = new Date().toString().slice(0, 24);
    const text = `Message ${number}: The server time is: ${now} t=${process.hrtime.bigint()}`;
    session.push(text, "message", `clock:${number}`);
}

async function stream(request, response) {
    const { searchParams } = new URL(request.url, "http://localhost");
    const count = Number(searchParams.get("count"));
    const session = await createSession(request, response, {
        serializer: String,
        keepAlive: null,
        retry: null,
    });
    let number = 1;
    const timer = setInterval(() => {
        if (number <= count) {
            say(session, number++);
            return;
        }
        session.push("finished");
        response.end();
    }, Number(searchParams.get("interval") ?? 1000));
    session.on("disconnected", () => clearInterval(timer));
    say(session, number++);
}

createServer(stream).listen({ path: process.argv[2], backlog: 4096 });
