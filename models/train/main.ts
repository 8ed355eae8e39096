/**
 * Trains a text model on one's own file and compares it with the shipped one on held-out texts.
 * A better model is never replaced by a worse one, except with --force. models/README.md has the
 * formats.
 */
import { parseArgs } from "node:util";
import {
  figureTable,
  mayReplace,
  type OwnModel,
  type OwnTrainer,
  readOwnRows,
  TrainingError,
} from "./own.ts";
import { OWN_LANGUAGE } from "./own-language.ts";
import { OWN_SENTIMENT } from "./own-sentiment.ts";
import { OWN_SPAM } from "./own-spam.ts";
import { OWN_STANCE } from "./own-stance.ts";
import { OWN_TYPES } from "./own-types.ts";

/** A model and the run of its trainer over a file: each trainer knows its own rows. */
type Entry = { format: string; trainOn(file: string): OwnModel };
const entry = <Row>(trainer: OwnTrainer<Row>): Entry => ({
  format: trainer.format,
  trainOn: (file) => trainer.train(readOwnRows(file, trainer)),
});

/** Every model that can be trained on one's own file. */
const MODELS: Readonly<Record<string, Entry>> = {
  spam: entry(OWN_SPAM),
  sentiment: entry(OWN_SENTIMENT),
  stance: entry(OWN_STANCE),
  types: entry(OWN_TYPES),
  language: entry(OWN_LANGUAGE),
};

const names = Object.keys(MODELS).join("|");
const USAGE = `usage: npm run -s train -- ${names} --data FILE [--force]

Trains the model on FILE (one JSON object a line), prints its held-out figures beside those of the
shipped model, and replaces the shipped weights when it is better. --force replaces in any case.

${Object.entries(MODELS)
  .map(([name, { format }]) => `  ${name.padEnd(10)} ${format}`)
  .join("\n")}`;

function readArguments(): { name: string; file: string; force: boolean } | undefined {
  const { values, positionals } = parseArgs({
    options: {
      data: { type: "string" },
      force: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  const [name, ...others] = positionals;
  if (values.help) return undefined;
  if (name === undefined || others.length > 0) throw new TrainingError("name one model");
  if (!(name in MODELS)) throw new TrainingError(`no model is called ${name}; there are ${names}`);
  if (values.data === undefined) throw new TrainingError("name your file by --data FILE");
  return { name, file: values.data, force: values.force };
}

function run(): number {
  const wanted = readArguments();
  if (wanted === undefined) {
    console.log(USAGE);
    return 0;
  }
  const model = MODELS[wanted.name]?.trainOn(wanted.file);
  if (model === undefined) return 2;
  console.log(figureTable(model.figures));
  if (!mayReplace(model, wanted.force)) {
    console.error("The shipped model is as good or better and stays. --force replaces it.");
    return 1;
  }
  console.log(`Written: ${model.write()}. Run the tests before you deploy.`);
  return 0;
}

try {
  process.exitCode = run();
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const isMistake = error instanceof TrainingError || code?.startsWith("ERR_PARSE_ARGS");
  if (!isMistake) throw error;
  console.error(`${message}\n\n${USAGE}`);
  process.exitCode = 2;
}
