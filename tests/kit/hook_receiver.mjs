// hook_receiver.mjs - a receiver of webhooks: checks each by the rules of Standard Webhooks, with code of its own.
//
//     node hook_receiver.mjs KEY PORT-FILE [ADDRESS] >LINES      at 127.0.0.1
//
// Writes its port to the file, and of each request a JSON line.  The path says what it answers: /410.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [key, portFile, address = '127.0.0.1'] = process.argv.slice(2);

function isSigned(headers, body) {
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const right = createHmac('sha256', Buffer.from(key.replace(/^whsec_/, ''), 'base64')).update(signed).digest();
  return Math.abs(Date.now() / 1000 - headers['webhook-timestamp']) < 60 &&
    headers['webhook-signature'].split(' ').some((text) => {
      const [version, mac] = text.split(',');
      const bytes = Buffer.from(mac, 'base64');
      return version === 'v1' && bytes.length === right.length && timingSafeEqual(bytes, right);
    });
}

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (data) => { body += data; });
  request.on('end', () => {
    const id = request.headers['webhook-id'];
    console.log(JSON.stringify({ path: request.url, id, isSigned: isSigned(request.headers, body), ...JSON.parse(body) }));
    response.writeHead(Number(request.url.slice(1, 4)), request.url === '/503' ? { 'Retry-After': '600' } : {}).end();
  });
});
server.listen(0, address, () => writeFileSync(portFile, String(server.address().port)));
