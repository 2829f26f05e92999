// late.mjs - stands between one machine and its storage, and lets PUTs arrive late.
//
//     node late.mjs PORT http://127.0.0.1:STORAGE /BUCKET/PREFIX/
//
// Every request is passed on as it came, with its signature.  Of the PUTs below the prefix a copy is kept.  Over HTTP:
//     /-/hold?REGEX   PUTs below the prefix whose path matches are neither passed on nor answered from now on
//     /-/held         prints how many wait
//     /-/late         passes on all that wait, whether or not their sender is still there, and once more each PUT that had
//                     been passed on; prints "STATUS PATH" for each; nothing is held any more
import http from 'node:http';

const [port, storage, prefix] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true });
const sent = []; // passed on
let waiting = []; // {put, answer}
let held = null;

const pass = ({ method, url, headers, body }, use, fail) => {
  const request = http.request(new URL(url, storage), { method, headers, agent }, use);
  request.on('error', fail);
  request.end(body);
};

const passToSender = (asked, answer) =>
  pass(
    asked,
    (from) => {
      answer.writeHead(from.statusCode, from.rawHeaders);
      from.pipe(answer);
    },
    () => answer.destroy(),
  );

const passLate = (put, answer) =>
  new Promise((done) => {
    pass(
      put,
      (from) => {
        from.resume().on('end', () => done(`${from.statusCode} ${put.url}\n`));
        if (answer) answer.writeHead(from.statusCode, from.rawHeaders).end();
      },
      (error) => done(`${error.code} ${put.url}\n`),
    );
  });

const sendLate = async (answer) => {
  const late = [...sent.map((put) => ({ put })), ...waiting];
  held = null;
  waiting = [];
  for (const { put, answer: to } of late) answer.write(await passLate(put, to));
  answer.end();
};

const order = (url, answer) => {
  if (url.startsWith('/-/hold?')) held = new RegExp(decodeURIComponent(url.slice('/-/hold?'.length)));
  if (url === '/-/late') sendLate(answer);
  else answer.end(`${waiting.length}\n`);
};

const take = (asked, answer) => {
  const isKept = asked.method === 'PUT' && asked.url.startsWith(prefix);
  if (isKept && held?.test(asked.url)) {
    waiting.push({ put: asked, answer });
    return;
  }
  if (isKept) sent.push(asked);
  passToSender(asked, answer);
};

http
  .createServer((from, answer) => {
    const body = [];
    from.on('data', (part) => body.push(part));
    from.on('error', () => {});
    answer.on('error', () => {});
    from.on('end', () => {
      if (from.url.startsWith('/-/')) order(from.url, answer);
      else take({ method: from.method, url: from.url, headers: from.rawHeaders, body: Buffer.concat(body) }, answer);
    });
  })
  .listen(Number(port), '127.0.0.1');
