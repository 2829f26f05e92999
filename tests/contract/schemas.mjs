// schemas.mjs - what `casecast schema` prints, and a validator that takes nothing it does not know.

import { execFileSync } from 'node:child_process';
import Ajv from 'ajv/dist/2020.js';

const program = process.env.CONTRACT_PROGRAM;
if (!program) throw new Error('CONTRACT_PROGRAM names the casecast to test: start the tests with tests/contract/run');

/** The JSON that `casecast schema …` prints. */
export const printed = (...words) => JSON.parse(execFileSync(program, ['schema', ...words], { encoding: 'utf8' }));

export const casesSchema = printed();
export const eventsSchema = printed('events');

/** A validator for JSON Schema 2020-12 that refuses schemas with unknown keywords. */
export const makeAjv = () => new Ajv({ allErrors: false, strict: true, strictRequired: false, allowUnionTypes: true, allowMatchingProperties: true });

/** What a validator had to say last, in one line. */
export const faults = (validate) => (validate.errors ?? [])
  .map((error) => `${error.instancePath || '/'} ${error.message} ${JSON.stringify(error.params)}`).join('; ');
