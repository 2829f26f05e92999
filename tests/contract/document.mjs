// document.mjs - fcgi/openapi.yaml with the schemas that the program prints put in, and validators made from it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { casesSchema, eventsSchema, faults, makeAjv } from './schemas.mjs';

const printed = { 'cases.schema.json': casesSchema, 'events.schema.json': eventsSchema };
const source = new URL('../../fcgi/openapi.yaml', import.meta.url);

const map = (node, change) => {
  if (Array.isArray(node)) return node.map((item) => map(item, change));
  if (node === null || typeof node !== 'object') return node;
  return change(Object.fromEntries(Object.entries(node).map(([key, value]) => [key, map(value, change)])));
};

/** What a reference to a printed schema stands for.  Its own references are to schemas of the document then. */
function putIn(schema) {
  const [, file, name] = /^(.*\.json)#\/\$defs\/(\w+)$/.exec(schema.$ref ?? '') ?? [];
  if (!file) return schema;
  return map(printed[file].$defs[name], (node) => (/^#\/\$defs\//.test(node.$ref ?? '')
    ? { ...node, $ref: node.$ref.replace(/^#\/\$defs\/(.)(.*)/, (_, a, b) => `#/components/schemas/${a.toUpperCase()}${b}`) }
    : node));
}

/** The whole document. */
export const document = map(parse(readFileSync(source, 'utf8'), { merge: false }), putIn);

// A member that the document lacks is a fault here.  Clients, which get the document as it is, take new members.
// (Those of JobMembers are a part of other schemas.)
const close = (schema) => (schema.properties && schema.additionalProperties === undefined
  && schema.unevaluatedProperties === undefined && !Array.isArray(schema.properties)
  && (schema.type === 'object') ? { ...schema, unevaluatedProperties: false } : schema);
const { JobMembers } = document.components.schemas;
const closed = map(document, close);
closed.components.schemas.JobMembers = JobMembers;

const ajv = makeAjv();
for (const [name, pattern] of Object.entries({
  uri: /^[a-z]+:\S+$/, 'uri-reference': /^\S+$/, 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
})) ajv.addFormat(name, pattern);

// In ajv they are words without effect.  Here data that should be JSON is read, and held against its schema.
for (const keyword of ['contentMediaType', 'contentSchema']) ajv.removeKeyword(keyword);
ajv.addKeyword({ keyword: 'contentMediaType', type: 'string', validate: (type, text) => read(text) !== undefined });
ajv.addKeyword({ keyword: 'contentSchema', type: 'string', validate: (schema, text) => ajv.getSchema(schema.$ref)(read(text)) });

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// ajv knows schemas, not whole documents: each named schema gets an address of its own.
const addressed = (schema) => map(schema, (node) =>
  (typeof node.$ref === 'string' ? { ...node, $ref: node.$ref.replace('#/components/schemas/', 'casecast:') } : node));
for (const [name, schema] of Object.entries(closed.components.schemas)) {
  ajv.addSchema({ $id: `casecast:${name}`, ...addressed(schema) });
}
const compiled = new Map();

/** The validator for a place in the document: '#/components/schemas/Job'. */
export function validator(place) {
  if (!compiled.has(place)) compiled.set(place, ajv.compile(addressed(resolve(place)[1])));
  return compiled.get(place);
}

export function hold(place, value, what) {
  const validate = validator(place);
  assert.ok(validate(value), `${what}: ${faults(validate)}: ${JSON.stringify(value).slice(0, 600)}`);
}

/** [place, what stands there], through references. */
export function resolve(place) {
  const value = place.slice(2).split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((node, key) => node?.[key], closed);
  return value?.$ref ? resolve(value.$ref) : [place, value];
}

export const step = (place, ...keys) =>
  keys.reduce((at, key) => `${resolve(at)[0]}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`, place);

/** By operationId: its place, path, method and parameters, each a place and what stands there. */
export const operations = new Map(Object.entries(closed.paths).flatMap(([path, item]) =>
  Object.entries(item).filter(([method]) => ['get', 'post', 'put', 'delete'].includes(method)).map(([method, operation]) => {
    const place = step('#', 'paths', path, method);
    const parameters = [
      ...(item.parameters ?? []).map((_, i) => resolve(step('#', 'paths', path, 'parameters', i))),
      ...(operation.parameters ?? []).map((_, i) => resolve(step(place, 'parameters', i))),
    ];
    return [operation.operationId, { place, path, method, parameters, statuses: Object.keys(operation.responses) }];
  })));

// --- streams ---

/** An item of tests/kit/sse.mjs as the fields of its frame; undefined: it is no frame. */
export function frameOf({ event, id, data, retry }) {
  if (retry !== undefined) return { retry };
  return event && { ...(event !== 'message' && { event }), ...(id !== null && { id }), data };
}

const isOfVideo = (frame) => frame.event === 'job' && 'case' in (read(frame.data) ?? {});

/** Holds the frames of one stream, in their order, against `path` of the document. */
export class StreamCheck {
  constructor(path) {
    const [media] = [step('#', 'paths', path, 'get', 'responses', 200, 'content', 'text/event-stream', 'itemSchema')];
    this.path = path;
    this.places = { video: media, program: media };
    // The first event says which of both it is.
    if (path === '/api/jobs/{id}/events') {
      this.places = { video: '#/components/schemas/VideoFrame', program: '#/components/schemas/ProgramFrame' };
    }
    this.kind = 'video'; // a refusal is the same in both
  }

  take(item) {
    const frame = frameOf(item);
    assert.ok(!item.bad, `${this.path}: ${item.bad}`);
    if (!frame) return;
    if (frame.event === 'job' && this.path !== '/api/events/jobs') this.kind = isOfVideo(frame) ? 'video' : 'program';
    hold(this.places[this.kind], frame, `${this.path}: a frame`);
  }
}

/** The path of the document for the path of a URL; undefined: it is none of a stream. */
export function streamPath(pathname) {
  if (/^\/api\/jobs\/[^/]+\/events$/.test(pathname)) return '/api/jobs/{id}/events';
  if (['/create/video', '/media/video', '/api/events', '/api/events/jobs'].includes(pathname)) return pathname;
  return /^\/create\/[^/]+$/.test(pathname) ? '/create/{kind}' : undefined;
}
