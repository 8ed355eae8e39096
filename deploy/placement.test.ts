import { expect, it } from "vitest";
import { environmentOf } from "./environment.ts";
import { readDeploySettings } from "./settings.ts";

const NEON = "DATABASE_URL=postgresql://u:p@ep-a-1-pooler.c-2.eu-central-1.aws.neon.tech/db";
const OTHER = "DATABASE_URL=postgresql://u:p@db.example.com/db";
const placed = (...lines: string[]) => {
  const { placement } = readDeploySettings(lines.join("\n"));
  return JSON.parse(environmentOf("staging").config("id", { placement })).placement;
};

it("runs the Worker in the region that a host of Neon names", () => {
  expect(placed(NEON)).toEqual({ region: "aws:eu-central-1" });
  expect(placed("DATABASE_URL=postgresql://u:p@ep-a-1.eastus2.azure.neon.tech/db")).toEqual({
    region: "azure:eastus2",
  });
});

it("runs it near whoever asks where the region is not known, or PLACEMENT is off", () => {
  expect([placed(OTHER), placed(NEON, "PLACEMENT=off"), placed()]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

it("runs it where PLACEMENT says", () => {
  expect(placed(NEON, "PLACEMENT=gcp:us-east4")).toEqual({ region: "gcp:us-east4" });
  expect(placed(OTHER, "PLACEMENT=host:db.example.com:5432")).toEqual({
    host: "db.example.com:5432",
  });
  expect(placed(OTHER, "PLACEMENT=smart")).toEqual({ mode: "smart" });
});

it("refuses what names no place, and other settings of the deployment that are wrong", () => {
  const { problems, placement } = readDeploySettings("PLACEMENT=europe\nHYPERDRIVE_ID=mine");
  expect(placement).toBeUndefined();
  expect(problems.join("\n")).toMatch(/PLACEMENT.*aws:eu-central-1/);
  expect(problems.join("\n")).toMatch(/HYPERDRIVE_ID.*32 hexadecimal digits/);
});
