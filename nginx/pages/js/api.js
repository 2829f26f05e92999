// api.js - the server of this page.

import { Casecast } from './client.js';

/** The folder of this site in which everything lies: '' or CASECAST_PREFIX. */
export const base = new URL('..', import.meta.url).pathname.slice(0, -1);
const server = new Casecast(base);

export const listCases = () => server.listCases();
export const readCase = (id) => server.readCase(id);
export const beginJob = (caseId) => server.createJob({ caseId });
export const cancelJob = (id) => server.cancelJob(id);
export const watchVideo = (caseId, tell) => server.watchVideo(caseId, tell);
export const ask = (method, path, body) => server.ask(method, path, body);
