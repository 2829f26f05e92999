// model.mjs - how long a video takes on N machines, and what a crowd of machines and viewers meets first: arithmetic
// with measured costs, for more machines than a bench has.
//
//     node model.mjs [COSTS.json]      prints two tables in Markdown; COSTS.json replaces some of the costs below
//
// The video: machines claim its segments as casecast.part_claim() gives them; the owner joins them in order, and makes
// those of the first second alone.  Time goes in steps of 5 ms.  In a
// step a machine gives each of its serial threads (speech, joining, sound) up to a core, and what is left to its
// encoders.  Left out: limits of network and disk, other videos, machines that die.

import { readFileSync } from 'node:fs';

// CPU seconds of one core, unless said otherwise, for 1080p30: measured on an Intel Xeon, and scaled to the machine of the
// table of videos in README.md.
const costs = {
    fps: 30,
    sceneSeconds: 8,
    frame: 0.0126, // to draw and encode a frame
    picture: 0.2, // to read a picture, once for each machine that makes segments of its scene
    sound: 0.021, // to mix and encode a second of sound
    join: 0.002, // to mux a second
    speech: 0.0019, // to speak a second
    loudness: 0.0006, // to read a second of sound before mixing
    claim: 0.0025, // seconds on the wire to claim a segment and to tell that it is made
    coresEach: 2,
    // of the crowd
    appendsPerSecond: 360, // durable writes under the journal lock, with a disk that flushes in 3 ms
    writesPerVideo: 16,
    listenCpu: 0.0003, // of the server, for each listener of each event
    questionCpu: 0.0022, // of the server, for a question that a process asks now and then
    questionsPerSecond: 4, // of each process, while any job runs
    databaseCores: 8,
    processesPerMachine: 4,
    connectionsPerProcess: 3,
    connectionsMost: 1000,
    streamsPerMachine: 9000,
    videoCpu: 13.7, // of a video of videoSeconds
    videoSeconds: 30,
    viewerMbits: 1.9,
    linkGbits: 10,
    ...(process.argv[2] ? JSON.parse(readFileSync(process.argv[2], 'utf8')) : {}),
};

const STEP = 0.005;
const PIECE_SECONDS = 30;

// --- one video on N machines ---------------------------------------------------------------------------------------

// As common/video/plan/timeline.c cuts it: bodies in equal parts of at most 5 s, shorter at the start; transitions of
// 0.8 s.
function segmentsOf(seconds) {
    const segments = [];
    const most = (at) => (at < 1 ? 0.5 : at < 3 ? 1 : at < 8 ? 2 : 5);
    for (let scene = 0, at = 0; at < seconds; scene++) {
        const end = Math.min(seconds, (scene + 1) * costs.sceneSeconds - 0.8);
        while (at < end - 1e-9) {
            const left = end - at;
            const n = left <= most(at) ? left : left < 2 * most(at) ? left / 2 : most(at);
            segments.push({ at, seconds: n, scenes: [scene] });
            at += n;
        }
        if (at < seconds) {
            const n = Math.min(0.8, seconds - at);
            segments.push({ at, seconds: n, scenes: [scene, scene + 1] });
            at += n;
        }
    }
    return segments;
}

class Machine {
    constructor() {
        this.encoders = Array.from({ length: Math.ceil(costs.coresEach) }, () => null);
        this.pictures = new Set();
        this.serial = []; // {left}: threads that come first
    }

    // A task of the encoders, or null.  A picture is read by the first segment that needs it.
    begin(task) {
        let cpu = task.cpu;
        for (const scene of task.scenes) {
            if (!this.pictures.has(scene)) cpu += costs.picture;
            this.pictures.add(scene);
        }
        return { task, wait: costs.claim, left: cpu };
    }

    step() {
        const busy = this.serial.filter((thread) => thread.left > 0);
        let cores = costs.coresEach;
        const share = busy.length ? Math.min(1, cores / busy.length) : 0;
        for (const thread of busy) thread.left -= share * STEP;
        cores -= share * busy.length;
        const drawing = this.encoders.filter((work) => work && work.wait <= 0);
        for (const work of this.encoders) if (work) work.wait -= STEP;
        const each = drawing.length ? Math.min(1, cores / drawing.length) : 0;
        for (const work of drawing) work.left -= each * STEP;
        this.encoders.forEach((work, i) => {
            if (work && work.left <= 0) {
                work.task.isMade = true;
                this.encoders[i] = null;
            }
        });
    }
}

// sound: 'joining' (on the joining thread), 'thread' (on a thread of its own), 'pieces' (each made by any machine).
function video(nMachines, seconds, sound) {
    const machines = Array.from({ length: nMachines }, () => new Machine());
    const owner = machines[0];
    const segments = segmentsOf(seconds).map((segment) => ({ ...segment, cpu: segment.seconds * costs.fps * costs.frame }));
    const pieces = sound === 'pieces' ? Array.from({ length: Math.ceil(seconds / PIECE_SECONDS) }, (_, i) => ({
        at: i * PIECE_SECONDS, scenes: [], cpu: Math.min(PIECE_SECONDS, seconds - i * PIECE_SECONDS) * costs.sound,
    })) : [];
    // A piece is due with the segment that it begins with.
    const tasks = [...segments, ...pieces].sort((a, b) => a.at - b.at);
    tasks.forEach((task, number) => { task.number = number; });
    const speech = { left: seconds * costs.speech };
    const loudness = { left: seconds * costs.loudness };
    const joining = { left: 0 };
    const soundThread = { left: 0, at: sound === 'thread' ? 0 : Infinity };
    let now = 0, nFree = tasks.length, joined = 0, playable = null;

    // How much a helper wants a task; 0: most.
    const rank = (machine, task) => {
        const before = tasks.slice(Math.max(0, task.number - 4), task.number);
        if (before.some((one) => one.number === task.number - 1 && one.by === machine)) return 0;
        return before.some((one) => one.by && one.by !== machine && !one.isMade) ? 2 : 1;
    };
    const size = (task) => task.seconds * task.scenes.length || task.cpu / costs.frame / costs.fps;
    const choose = (machine) => {
        const free = tasks.filter((task) => !task.by && (machine === owner || task.at >= 1));
        const nWorking = tasks.filter((task) => task.by && !task.isMade).length;
        if (free.length === 0 || free[0].at < 1) return free[0];
        const isTail = free.length <= nWorking + 1;
        const order = (task) => (machine === owner ? 3 : task.number >= free[0].number + 16 ? 3 : rank(machine, task));
        return free.slice(0, 64).sort((a, b) => (isTail ? size(b) - size(a) : 0) || order(a) - order(b) || a.number - b.number)[0];
    };
    const take = (machine) => {
        machine.encoders.forEach((work, i) => {
            const task = work || nFree === 0 ? null : choose(machine);
            if (!task) return;
            task.by = machine;
            nFree--;
            machine.encoders[i] = machine.begin(task);
        });
    };
    const mayJoin = (segment) => segment.isMade && soundThread.at >= segment.at + segment.seconds &&
        pieces.every((piece) => piece.isMade || piece.at >= segment.at + segment.seconds);
    owner.serial = [speech, loudness, joining, soundThread];
    loudness.left = 0;
    for (let isLoud = false; joined < segments.length || joining.left > 0; now += STEP) {
        if (speech.left <= 0 && !isLoud) {
            isLoud = true;
            loudness.left = seconds * costs.loudness;
        }
        if (isLoud) machines.forEach(take);
        if (isLoud && loudness.left <= 0) {
            if (sound === 'thread' && soundThread.left <= 0 && soundThread.at < seconds) {
                if (soundThread.isBegun) soundThread.at += 1;
                soundThread.isBegun = true;
                if (soundThread.at < seconds) soundThread.left += costs.sound;
                else soundThread.at = Infinity;
            }
            while (joining.left <= 0 && joined < segments.length && mayJoin(segments[joined])) {
                const { at, seconds: n } = segments[joined++];
                if (playable === null && at + n >= 1) playable = now;
                joining.left += n * (costs.join + (sound === 'joining' ? costs.sound : 0));
            }
        }
        for (const machine of machines) machine.step();
    }
    return { seconds: now, playable };
}

// --- the crowd -----------------------------------------------------------------------------------------------------

// For so many machines, viewers and videos an hour: each limit's use, 1 is its end.
function crowd({ machines, viewers, videosPerHour }) {
    const events = (videosPerHour / 3600) * costs.writesPerVideo;
    const processes = machines * costs.processesPerMachine;
    return {
        'journal lock': events / costs.appendsPerSecond,
        'news to all listeners (CPU of the database)': (events * processes * costs.listenCpu) / costs.databaseCores,
        'questions of all processes (CPU of the database)': (processes * costs.questionsPerSecond * costs.questionCpu) / costs.databaseCores,
        'connections to the database': (processes * costs.connectionsPerProcess) / costs.connectionsMost,
        'event streams': viewers / (machines * costs.streamsPerMachine),
        'making videos (CPU)': (videosPerHour / 3600) * costs.videoCpu / (machines * costs.coresEach),
        'sending videos, all viewers play': (viewers * costs.viewerMbits) / (machines * costs.linkGbits * 1000),
    };
}

// --- tables --------------------------------------------------------------------------------------------------------

const row = (cells) => console.log(`| ${cells.join(' | ')} |`);
const fixed = (value, digits) => (value === null ? '–' : value.toFixed(digits));

const counts = [1, 2, 4, 8, 16];
const rows = [[30, 'joining'], [60, 'joining'], [600, 'joining'], [600, 'thread'], [600, 'pieces'],
    [7200, 'joining'], [7200, 'thread'], [7200, 'pieces']];
row(['video, sound', ...counts.map((n) => `${n} machines`), 'first playable at 1 and 16']);
row(['---', ...counts.map(() => '---'), '---']);
for (const [seconds, sound] of rows) {
    const results = counts.map((n) => video(n, seconds, sound));
    row([`${seconds} s, ${{ joining: 'as it is joined', thread: 'on a thread', pieces: 'in pieces' }[sound]}`,
        ...results.map((result) => `${fixed(result.seconds, 1)} s (${fixed(results[0].seconds / result.seconds, 1)} ×)`),
        `${fixed(results[0].playable, 1)} s, ${fixed(results.at(-1).playable, 1)} s`]);
}

console.log('');
const crowds = [
    { machines: 8, viewers: 20000, videosPerHour: 500 },
    { machines: 16, viewers: 100000, videosPerHour: 2000 },
    { machines: 100, viewers: 500000, videosPerHour: 10000 },
    { machines: 1000, viewers: 1000000, videosPerHour: 100000 },
];
row(['a limit, 1.00 is its end', ...crowds.map((of) => `${of.machines} machines, ${of.viewers} viewers, ${of.videosPerHour} videos/h`)]);
row(['---', ...crowds.map(() => '---')]);
const used = crowds.map(crowd);
for (const name of Object.keys(used[0])) row([name, ...used.map((limits) => fixed(limits[name], 2))]);
row(['**first to break**', ...used.map((limits) => Object.entries(limits).sort((a, b) => b[1] - a[1])[0][0])]);
