// SPDX-License-Identifier: AGPL-3.0-or-later
// Runs every conformance case with ajv, and says which of them a schema judges otherwise.
// Usage: node run.mjs
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import Ajv2020 from "ajv/dist/2020.js";

const here = dirname(fileURLToPath(import.meta.url));
const read = (...parts) => JSON.parse(readFileSync(join(here, ...parts), "utf8"));

let run = 0;
const wrong = [];
for (const kind of ["matter", "bundle", "custody", "report"]) {
  const schema = read("..", "..", "..", "schemas", `${kind}.schema.json`);
  const validate = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allErrors: true }).compile(schema);
  const documents = schema.examples.map((document, index) => ({
    name: `schemas/${kind} example ${index + 1}`,
    document,
    valid: true,
  }));
  for (const name of readdirSync(join(here, "..", kind)).filter((each) => each.endsWith(".json")).sort()) {
    documents.push({ name: `${kind}/${name}`, ...read("..", kind, name) });
  }
  for (const { name, document, valid } of documents) {
    run += 1;
    if (validate(document) !== valid) {
      wrong.push(`${name}: expected ${valid ? "valid" : "not valid"}: ${JSON.stringify(validate.errors)}`);
    }
  }
}
for (const line of wrong) console.log(line);
console.log(`${run} documents, ${wrong.length} judged otherwise`);
process.exit(wrong.length === 0 ? 0 : 1);
