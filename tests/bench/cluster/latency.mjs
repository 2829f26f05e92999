// latency.mjs - viewers of one job, whose events say when they were written: `data: {"at": microseconds}`.
//
//     node latency.mjs VIEWERS URL      prints `open` when all streams are there, and one JSON object at their end

const [viewers, url] = [Number(process.argv[2]), process.argv[3]];
const latencies = [];

const now = () => performance.timeOrigin + performance.now();

async function watch(stream) {
    const decoder = new TextDecoder();
    let text = '';
    for await (const bytes of stream) {
        const at = now();
        text += decoder.decode(bytes, { stream: true });
        const lines = text.split('\n');
        text = lines.pop();
        for (const line of lines) {
            const stamp = line.match(/^data: \{"at":(\d+)\}/);
            if (stamp) latencies.push(at - Number(stamp[1]) / 1000);
        }
    }
}

const bodies = await Promise.all(Array.from({ length: viewers }, async () => {
    const answer = await fetch(url);
    if (answer.status !== 200) throw new Error(`${url}: status ${answer.status}`);
    return answer.body;
}));
console.log('open');
await Promise.all(bodies.map(watch));
latencies.sort((a, b) => a - b);
const part = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? null;
console.log(JSON.stringify({ viewers, events: latencies.length, p50Ms: part(0.5), p99Ms: part(0.99), mostMs: part(1) }));
