// api.js - the server of this page.

import { Casecast } from './client.js';

const server = new Casecast();

export const listCases = () => server.listCases();
export const readCase = (id) => server.readCase(id);
export const beginJob = (caseId) => server.createJob({ caseId });
export const cancelJob = (id) => server.cancelJob(id);
export const watchVideo = (caseId, tell) => server.watchVideo(caseId, tell);
export const ask = (method, path, body) => server.ask(method, path, body);
