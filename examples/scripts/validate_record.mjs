// SPDX-License-Identifier: AGPL-3.0-or-later
// Validate a matter or a bundle's record from JavaScript, with ajv and the schema that
// `evidencekit schema NAME` prints.
//
//   evidencekit schema bundle > bundle.schema.json
//   node validate_record.mjs bundle.schema.json out/.../data/bundle.json
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// ajv is found from where the command is run, so that no package.json is needed here.
const require = createRequire(`${process.cwd()}/`);
const Ajv2020 = require("ajv/dist/2020").default;

const [schemaPath, documentPath] = process.argv.slice(2);
const ajv = new Ajv2020({ allErrors: true, strict: false });
const validate = ajv.compile(JSON.parse(readFileSync(schemaPath, "utf8")));
const document = JSON.parse(readFileSync(documentPath, "utf8"));
if (validate(document)) {
  console.log("valid");
} else {
  for (const error of validate.errors) {
    console.log(`${error.instancePath}: ${error.message}`);
  }
  process.exitCode = 1;
}
