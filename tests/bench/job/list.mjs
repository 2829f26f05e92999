// list.mjs - asks for the same URL again and again, on one connection.
//
//     node list.mjs TIMES URL      prints one JSON object: the times of the answers, and the jobs of the last one
const [times, url] = [Number(process.argv[2]), process.argv[3]];
const took = [];
let answer;

for (let n = -10; n < times; n++) { // the first ones warm up
    const began = performance.now();
    const response = await fetch(url);
    answer = await response.json();
    if (response.status !== 200) throw new Error(`${url}: status ${response.status}`);
    if (n >= 0) took.push(performance.now() - began);
}
took.sort((a, b) => a - b);
const part = (share) => took[Math.min(times - 1, Math.floor(times * share))];
console.log(JSON.stringify({ calls: times, jobs: answer.jobs.length, p50Ms: part(0.5), p99Ms: part(0.99) }));
